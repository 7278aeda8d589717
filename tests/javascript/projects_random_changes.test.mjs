// A language server follows every change of random projects, in the editor and on disk.
import assert from "node:assert/strict";
import { test } from "node:test";
import { randomProject } from "./projects_random.mjs";
import { follows } from "./projects_random_changes.mjs";
import { described, minimised } from "./projects_random_compare.mjs";

const program = process.env.CXVARS;
const PROJECTS = process.env.CXVARS_CAMPAIGN === "full" ? 1_000 : 20;

async function failure(entries, seed) {
  try {
    await follows(entries, seed, program);
    return null;
  } catch (error) {
    return error;
  }
}

test("a language server says at last what a new one says", async () => {
  for (let seed = 1; seed <= PROJECTS; seed += 1) {
    const entries = randomProject(seed);
    if ((await failure(entries, seed)) === null) continue;
    const least = await minimised(entries, async (fewer) => (await failure(fewer, seed)) !== null);
    const { message } = await failure(least, seed);
    assert.fail(`seed ${seed}:\n${described(least)}\n${message}`);
  }
});
