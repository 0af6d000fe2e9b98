// ollama_client.mjs URL: what users of Ollama's Node client do with models, on those of the test data.
import { CALL, PROFILE, PROFILE_SCHEMA, SKY, SKY_ANSWER, TRAIN, WEATHER, assert, load, run } from "./checks.mjs";

const { Ollama } = load("ollama");
const client = new Ollama({ host: process.argv[2] });
const common = { model: "parrot", options: { temperature: 0 } };
const says = (content) => [{ role: "user", content }];
const tools = [{ type: "function", function: WEATHER }];

await run({
  async chat() {
    const answer = await client.chat({ ...common, messages: says(SKY) });
    assert.equal(answer.message.content, SKY_ANSWER);
    assert.deepEqual([answer.done, answer.done_reason], [true, "stop"]);
    let text = "";
    for await (const chunk of await client.chat({ ...common, messages: says(SKY), stream: true })) {
      text += chunk.message.content;
    }
    assert.equal(text, SKY_ANSWER);
  },

  async abort() {
    const stream = await client.chat({ ...common, messages: says(SKY), stream: true });
    await assert.rejects(async () => {
      for await (const _ of stream) stream.abort();
    }, (error) => error.name === "AbortError");
    assert.equal((await client.chat({ ...common, messages: says(SKY) })).message.content, SKY_ANSWER);
  },

  async thinking() {
    const answer = await client.chat({ ...common, messages: says(TRAIN), think: true });
    assert.match(answer.message.thinking, /60 \* 3 = 180/);
    assert.equal(answer.message.content, "It goes **180 km**.");
    const silent = await client.chat({ ...common, messages: says(TRAIN), think: false });
    assert.ok(!silent.message.thinking);
  },

  async tools() {
    const answer = await client.chat({ ...common, messages: says(CALL), tools });
    const [call] = answer.message.tool_calls;
    assert.deepEqual([call.function.name, call.function.arguments], ["get_weather", { location: "San Francisco" }]);
    const turns = [...says(CALL), answer.message, { role: "tool", content: "sunny", tool_name: "get_weather" }];
    assert.ok((await client.chat({ ...common, messages: turns, tools })).message.content);
  },

  async schema() {
    const answer = await client.chat({ ...common, messages: says(PROFILE), format: PROFILE_SCHEMA });
    assert.equal(JSON.parse(answer.message.content).name, "Ada");
  },

  async generate() {
    const answer = await client.generate({ ...common, prompt: SKY });
    assert.equal(answer.response, SKY_ANSWER);
    let text = "";
    for await (const chunk of await client.generate({ ...common, prompt: SKY, stream: true })) text += chunk.response;
    assert.equal(text, SKY_ANSWER);
  },

  async embeddings() {
    const answer = await client.embed({ model: "all-minilm", input: ["hello", "world"] });
    assert.deepEqual(answer.embeddings.map((each) => each.length), [384, 384]);
    assert.equal((await client.embeddings({ model: "all-minilm", prompt: "hello" })).embedding.length, 384);
  },

  async running() {
    await client.generate({ model: "parrot", prompt: "", keep_alive: "5m" });
    assert.ok((await client.ps()).models.some((each) => each.model === "parrot:latest" && each.size > 0));
    assert.ok((await client.version()).version);
  },

  async errors() {
    await assert.rejects(client.chat({ ...common, model: "nosuch", messages: says(SKY) }),
      (error) => error.status_code === 404 && error.message === "model 'nosuch' not found");
    await assert.rejects(client.chat({ model: "all-minilm", messages: says(SKY) }), /does not support chat/);
    await assert.rejects(client.generate({ ...common, model: "nosuch", prompt: SKY, stream: true }), /not found/);
  },
});
