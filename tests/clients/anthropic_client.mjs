// anthropic_client.mjs URL: what users of Anthropic's Node client do, on the models of the test data.
import { CALL, PROFILE, PROFILE_SCHEMA, SKY, SKY_ANSWER, TRAIN, WEATHER, assert, load, run } from "./checks.mjs";

const Anthropic = load("@anthropic-ai/sdk").default;
const client = new Anthropic({ baseURL: process.argv[2], apiKey: "any", maxRetries: 0 });
const common = { model: "parrot", max_tokens: 200, temperature: 0 };
const says = (content) => [{ role: "user", content }];
const tools = [{ name: WEATHER.name, description: WEATHER.description, input_schema: WEATHER.parameters }];

await run({
  async message() {
    const answer = await client.messages.create({ ...common, messages: says(SKY) });
    assert.deepEqual(answer.content, [{ type: "text", text: SKY_ANSWER }]);
    assert.equal(answer.stop_reason, "end_turn");
    const short = await client.messages.create({ ...common, max_tokens: 2, messages: says(SKY) });
    assert.equal(short.stop_reason, "max_tokens");
    const stopped = await client.messages.create({ ...common, messages: says(SKY), stop_sequences: ["Rayleigh"] });
    assert.equal(stopped.stop_reason, "stop_sequence");
    assert.equal(stopped.stop_sequence, "Rayleigh");
  },

  async stream() {
    let text = "";
    const stream = client.messages.stream({ ...common, messages: says(SKY) }).on("text", (piece) => (text += piece));
    const final = await stream.finalMessage();
    assert.equal(text, SKY_ANSWER);
    assert.equal(final.content[0].text, SKY_ANSWER);
    assert.ok(final.usage.output_tokens > 20);
  },

  async thinking() {
    const final = await client.messages
      .stream({ ...common, messages: says(TRAIN), thinking: { type: "enabled", budget_tokens: 1024 } })
      .finalMessage();
    assert.deepEqual(final.content.map((block) => block.type), ["thinking", "text"]);
    assert.match(final.content[0].thinking, /60 \* 3 = 180/);
    assert.equal(final.content[1].text, "It goes **180 km**.");
  },

  async tools() {
    for (const ask of [(body) => client.messages.create(body), (body) => client.messages.stream(body).finalMessage()]) {
      const answer = await ask({ ...common, messages: says(CALL), tools });
      assert.equal(answer.stop_reason, "tool_use");
      const [call] = answer.content;
      assert.deepEqual([call.type, call.name, call.input], ["tool_use", "get_weather", { location: "San Francisco" }]);
      const turns = [
        ...says(CALL),
        { role: "assistant", content: answer.content },
        { role: "user", content: [{ type: "tool_result", tool_use_id: call.id, content: '{"condition":"sunny"}' }] },
      ];
      const told = await ask({ ...common, messages: turns, tools });
      assert.equal(told.content[0].type, "text");
    }
  },

  async schema() {
    const answer = await client.messages.create({
      ...common, messages: says(PROFILE), output_config: { format: { type: "json_schema", schema: PROFILE_SCHEMA } } });
    assert.equal(JSON.parse(answer.content[0].text).name, "Ada");
  },

  async tokens() {
    const counted = await client.messages.countTokens({ model: "parrot", messages: says(SKY), tools });
    const answer = await client.messages.create({ ...common, max_tokens: 1, messages: says(SKY), tools });
    assert.equal(counted.input_tokens, answer.usage.input_tokens);
  },

  async errors() {
    await assert.rejects(client.messages.create({ ...common, model: "nosuch", messages: says(SKY) }),
      (error) => error instanceof Anthropic.NotFoundError && error.error.error.type === "not_found_error");
    await assert.rejects(client.messages.create({ ...common, messages: [] }), Anthropic.BadRequestError);
    const stream = client.messages.stream({ ...common, model: "nosuch", messages: says(SKY) });
    await assert.rejects(stream.finalMessage(), Anthropic.NotFoundError);
  },
});
