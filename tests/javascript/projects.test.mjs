// All faces of cxvars judge the projects in tests/projects alike, and as is written there. UPDATE_EXPECTED=1 writes
// the verdicts of the command line: read what changed before you commit it.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { expectedFile, hashOf, inCopy, ofCommandLine, projectNames } from "./projects.mjs";
import { ofPackage } from "./projects_package.mjs";
import { ofLanguageServer } from "./projects_server.mjs";
import { readable } from "./projects_verdict.mjs";

const program = process.env.CXVARS;

/** The verdicts of one face, by project. */
async function verdicts(judge) {
  const all = {};
  for (const name of projectNames()) all[name] = await inCopy(name, (folder) => judge(folder, name));
  return all;
}

/** The verdicts that are written down. */
function expected() {
  return Object.fromEntries(projectNames().map((name) => [name, JSON.parse(readFileSync(expectedFile(name), "utf8"))]));
}

/** Holds the verdicts of a face to those that are written down: project by project, to show the first difference. */
function agrees(found) {
  const wanted = expected();
  for (const [name, verdict] of Object.entries(found)) assert.deepEqual(verdict, wanted[name], name);
  assert.equal(hashOf(found), hashOf(wanted));
}

/**
 * A verdict without the places of problems for which the command line names none, as for a contract that is missing.
 */
function withPlacesOf(wanted, verdict) {
  const unplaced = wanted.problems.filter(({ at }) => at === null).map(({ message }) => message);
  const problems = verdict.problems.map((problem) =>
    unplaced.includes(problem.message) ? { ...problem, path: null, at: null } : problem,
  );
  return { ...verdict, problems };
}

test("the command line judges each project as is written down", async () => {
  const found = await verdicts((folder) => ofCommandLine(folder, program));
  if (process.env.UPDATE_EXPECTED) {
    for (const [name, verdict] of Object.entries(found)) writeFileSync(expectedFile(name), readable(verdict));
  }
  agrees(found);
});

test("the package judges each project as is written down", async () => {
  const wanted = expected();
  agrees(await verdicts(async (folder, name) => withPlacesOf(wanted[name], await ofPackage(folder))));
});

for (const encoding of ["utf-16", "utf-8", "utf-32"]) {
  for (const push of [false, true]) {
    const how = `${push ? "pushed" : "pulled"}, in ${encoding}`;
    test(`the language server judges each project as is written down, ${how}`, async () => {
      const wanted = expected();
      const found = await verdicts(async (folder, name) => {
        const verdict = await ofLanguageServer(program, folder, { encoding, push });
        return withPlacesOf(wanted[name], verdict);
      });
      agrees(found);
    });
  }
}
