// openai_client.mjs URL: what users of OpenAI's Node client do, on the models of the test data.
import { CALL, PROFILE, PROFILE_SCHEMA, SKY, SKY_ANSWER, TRAIN, WEATHER, assert, load, run } from "./checks.mjs";

const OpenAI = load("openai").default;
const client = new OpenAI({ baseURL: process.argv[2] + "/v1", apiKey: "any", maxRetries: 0 });
const common = { model: "parrot", temperature: 0 };
const says = (content) => [{ role: "user", content }];
const tools = [{ type: "function", function: WEATHER }];

await run({
  async chat() {
    const answer = await client.chat.completions.create({ ...common, messages: says(SKY) });
    assert.equal(answer.choices[0].message.content, SKY_ANSWER);
    assert.equal(answer.choices[0].finish_reason, "stop");
  },

  async stream() {
    const stream = await client.chat.completions.create({
      ...common, messages: says(SKY), stream: true, stream_options: { include_usage: true } });
    let text = "";
    let usage = null;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta?.content ?? "";
      usage = chunk.usage ?? usage;
    }
    assert.equal(text, SKY_ANSWER);
    assert.ok(usage.total_tokens > 20);
    const left = await client.chat.completions.create({ ...common, messages: says(SKY), stream: true });
    for await (const _ of left) break;
  },

  async thinking() {
    const runner = client.chat.completions.stream({ ...common, messages: says(TRAIN), reasoning_effort: "high" });
    const final = await runner.finalChatCompletion();
    assert.equal(final.choices[0].message.content, "It goes **180 km**.");
  },

  async tools() {
    const final = await client.chat.completions.stream({ ...common, messages: says(CALL), tools }).finalChatCompletion();
    const [call] = final.choices[0].message.tool_calls;
    assert.deepEqual(JSON.parse(call.function.arguments), { location: "San Francisco" });
    assert.equal(final.choices[0].finish_reason, "tool_calls");
    const asked = [];
    const weather = { ...WEATHER, parse: JSON.parse, function: (args) => (asked.push(args.location), '{"condition":"sunny"}') };
    const runner = client.chat.completions.runTools({
      ...common, messages: says(CALL), tools: [{ type: "function", function: weather }] });
    assert.ok(await runner.finalContent());
    assert.deepEqual(asked, ["San Francisco"]);
  },

  async schema() {
    const answer = await client.chat.completions.create({
      ...common,
      messages: says(PROFILE),
      response_format: { type: "json_schema", json_schema: { name: "profile", strict: true, schema: PROFILE_SCHEMA } },
    });
    assert.equal(JSON.parse(answer.choices[0].message.content).name, "Ada");
  },

  async responses() {
    const answer = await client.responses.create({ ...common, input: SKY });
    assert.equal(answer.output_text, SKY_ANSWER);
    const stream = client.responses.stream({ ...common, input: CALL, tools: [{ type: "function", ...WEATHER }] });
    const numbers = [];
    for await (const event of stream) numbers.push(event.sequence_number);
    assert.deepEqual(numbers, [...numbers.keys()]);
    const [call] = (await stream.finalResponse()).output;
    assert.equal(call.type, "function_call");
    assert.deepEqual(JSON.parse(call.arguments), { location: "San Francisco" });
  },

  async embeddings() {
    const decoded = await client.embeddings.create({ model: "all-minilm", input: ["hello", "world"] });
    const plain = await client.embeddings.create({ model: "all-minilm", input: "hello", encoding_format: "float" });
    assert.equal(decoded.data[0].embedding.length, 384);
    decoded.data[0].embedding.forEach((value, i) => assert.ok(Math.abs(value - plain.data[0].embedding[i]) < 1e-5));
  },

  async errors() {
    for (const stream of [false, true]) {
      await assert.rejects(client.chat.completions.create({ model: "nosuch", messages: says(SKY), stream }),
        (error) => error instanceof OpenAI.NotFoundError && error.type === "not_found_error");
    }
    await assert.rejects(client.chat.completions.create({ model: "parrot", messages: [] }), OpenAI.BadRequestError);
  },
});
