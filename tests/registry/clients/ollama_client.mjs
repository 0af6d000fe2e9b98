// ollama_client.mjs URL REGISTRY MODEL: list, show, create, copy, delete, pull and push with ollama's client for Node.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.CLIENT_PACKAGES, "any.js"));
const { Ollama } = require("ollama");
const [url, registry, model] = process.argv.slice(2);
const client = new Ollama({ host: url });
const remote = registry + "/lib/tale:one";

async function names() {
  return (await client.list()).models.map((each) => each.name).sort();
}

async function all(stream) {
  const lines = [];
  for await (const line of stream) lines.push(line);
  return lines;
}

assert.deepEqual(await names(), []);
const bytes = fs.readFileSync(model);
const digest = "sha256:" + createHash("sha256").update(bytes).digest("hex");
await fetch(`${url}/api/blobs/${digest}`, { method: "POST", body: bytes });
const created = await all(await client.create({
  model: "tale", files: { "tale.gguf": digest }, template: "{{ .Prompt }}", stream: true }));
assert.equal(created.at(-1).status, "success");
assert.deepEqual(await names(), ["tale:latest"]);
assert.equal((await client.show({ model: "tale" })).template, "{{ .Prompt }}");
await client.copy({ source: "tale", destination: remote });

let lines = await all(await client.push({ model: remote, insecure: true, stream: true }));
assert.equal(lines[0].status, "retrieving manifest");
assert.equal(lines.at(-1).status, "success");
assert.ok(lines.some((line) => line.total > 1_000_000 && line.completed === line.total));
for (const name of await names()) await client.delete({ model: name });
assert.deepEqual(await names(), []);

lines = await all(await client.pull({ model: remote, insecure: true, stream: true }));
assert.equal(lines[0].status, "pulling manifest");
assert.deepEqual(lines.slice(-3).map((line) => line.status),
                 ["verifying sha256 digest", "writing manifest", "success"]);
assert.ok(lines.some((line) => line.digest && line.status === "pulling " + line.digest.slice(7, 19)));
assert.deepEqual(await names(), [remote]);
assert.equal((await client.pull({ model: remote, insecure: true })).status, "success");
assert.equal((await client.push({ model: remote, insecure: true })).status, "success");

await assert.rejects(client.pull({ model: registry + "/lib/none:one", insecure: true }), /file does not exist/);
await assert.rejects(client.delete({ model: "none" }), /not found/);
// A client that leaves in the middle leaves a server that works.
const stream = await client.pull({ model: remote, insecure: true, stream: true });
for await (const _ of stream) break;
assert.deepEqual(await names(), [remote]);
console.log("passed: ollama for Node");
