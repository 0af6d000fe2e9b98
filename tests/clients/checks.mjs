// What the scripts of Node's clients share.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";

// A package of the folder that the clients are installed into.
export function load(name) {
  const require = createRequire(path.join(process.env.CLIENT_PACKAGES, "any.js"));
  return require(name);
}

// Runs each check, tells of it, and ends the process with the result.
export async function run(checks) {
  let failed = 0;
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
      console.log("passed:", name);
    } catch (error) {
      failed += 1;
      console.log("FAILED:", name, String(error.stack ?? error).slice(0, 1500));
    }
  }
  process.exit(failed > 0 ? 1 : 0);
}

export const SKY = "why is the sky blue?";
export const SKY_ANSWER =
  "The sky looks blue because of Rayleigh scattering: nitrogen and oxygen in the atmosphere scatter " +
  "light of short wavelength more than light of long wavelength.";
export const TRAIN = "A train goes 60 km in one hour. How far does it go in three hours?";
export const CALL = "Call get_weather with location set to San Francisco.";
export const PROFILE = "Give me a user profile as JSON.";
export const WEATHER = {
  name: "get_weather",
  description: "Get the current weather for a location",
  parameters: {
    type: "object",
    required: ["location"],
    properties: { location: { type: "string", description: "The city name" } },
  },
};
export const PROFILE_SCHEMA = {
  type: "object",
  required: ["name", "age", "email", "hobbies"],
  additionalProperties: false,
  properties: {
    name: { type: "string" },
    age: { type: "integer" },
    email: { type: "string" },
    hobbies: { type: "array", items: { type: "string" } },
  },
};

export { assert };
