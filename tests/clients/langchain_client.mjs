// langchain_client.mjs URL: LangChain's chat models and embeddings of Ollama and OpenAI for Node.
import { CALL, PROFILE, PROFILE_SCHEMA, SKY, SKY_ANSWER, TRAIN, WEATHER, assert, load, run } from "./checks.mjs";

const { HumanMessage, ToolMessage } = load("@langchain/core/messages");
const { ChatOllama, OllamaEmbeddings } = load("@langchain/ollama");
const { ChatOpenAI, OpenAIEmbeddings } = load("@langchain/openai");
const url = process.argv[2];
const tools = [{ type: "function", function: WEATHER }];
const chatOllama = (more) => new ChatOllama({ model: "parrot", baseUrl: url, temperature: 0, maxRetries: 0, ...more });
const chatOpenAI = (more) => new ChatOpenAI({
  model: "parrot", apiKey: "any", temperature: 0, maxRetries: 0, configuration: { baseURL: url + "/v1" }, ...more });

// The chunks of a stream, added up.
async function whole(stream) {
  let sum;
  for await (const chunk of stream) sum = sum === undefined ? chunk : sum.concat(chunk);
  return sum;
}

async function common(model) {
  const answer = await model.invoke(SKY);
  assert.equal(answer.text, SKY_ANSWER);
  assert.ok(answer.usage_metadata.output_tokens > 20);
  const streamed = await whole(await model.stream(SKY));
  assert.equal(streamed.text, SKY_ANSWER);
  assert.equal(streamed.usage_metadata.output_tokens, answer.usage_metadata.output_tokens);
  const bound = model.bindTools(tools);
  const called = await bound.invoke(CALL);
  assert.deepEqual(called.tool_calls.map((call) => [call.name, call.args]), [["get_weather", { location: "San Francisco" }]]);
  const told = new ToolMessage({ content: '{"condition":"sunny"}', tool_call_id: called.tool_calls[0].id, name: "get_weather" });
  assert.ok((await bound.invoke([new HumanMessage(CALL), called, told])).text);
  const calls = (await whole(await bound.stream(CALL))).tool_calls;
  assert.deepEqual(calls.map((call) => call.args), [{ location: "San Francisco" }]);
  const profile = await model.withStructuredOutput(PROFILE_SCHEMA, { name: "profile", method: "jsonSchema" }).invoke(PROFILE);
  assert.deepEqual([profile.name, profile.age], ["Ada", 36]);
}

await run({
  ollama: () => common(chatOllama()),
  openai: () => common(chatOpenAI()),
  responses: () => common(chatOpenAI({ useResponsesApi: true })),

  async thinking() {
    const answer = await chatOllama({ think: true }).invoke(TRAIN);
    assert.equal(answer.text, "It goes **180 km**.");
    assert.match(answer.additional_kwargs.reasoning_content, /60 \* 3 = 180/);
  },

  async embeddings() {
    for (const model of [
      new OllamaEmbeddings({ model: "all-minilm", baseUrl: url }),
      new OpenAIEmbeddings({ model: "all-minilm", apiKey: "any", configuration: { baseURL: url + "/v1" } }),
    ]) {
      assert.deepEqual((await model.embedDocuments(["hello", "world"])).map((each) => each.length), [384, 384]);
      assert.equal((await model.embedQuery("hello")).length, 384);
    }
  },

  async errors() {
    await assert.rejects(chatOllama({ model: "nosuch" }).invoke(SKY), /not found/);
    await assert.rejects(chatOpenAI({ model: "nosuch" }).invoke(SKY), (error) => error.status === 404);
    await assert.rejects(chatOpenAI({ model: "nosuch" }).stream(SKY), (error) => error.status === 404);
  },
});
