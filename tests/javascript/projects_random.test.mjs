// The command line and the language server judge random projects alike. A project that they judge differently is shown
// without what does not matter.
import assert from "node:assert/strict";
import { test } from "node:test";
import { randomProject } from "./projects_random.mjs";
import { agree, described, minimised, waysOf } from "./projects_random_compare.mjs";

const program = process.env.CXVARS;
const PROJECTS = process.env.CXVARS_CAMPAIGN === "full" ? 3_000 : 40;

async function failure(entries, ways) {
  try {
    await agree(entries, ways, program);
    return null;
  } catch (error) {
    return error;
  }
}

test("the command line and the language server judge random projects alike", async () => {
  for (let seed = 1; seed <= PROJECTS; seed += 1) {
    const [entries, ways] = [randomProject(seed), waysOf(seed)];
    if ((await failure(entries, ways)) === null) continue;
    const least = await minimised(entries, async (fewer) => (await failure(fewer, ways)) !== null);
    const { message } = await failure(least, ways);
    assert.fail(`seed ${seed}, ${JSON.stringify(ways)}:\n${described(least)}\n${message}`);
  }
});
