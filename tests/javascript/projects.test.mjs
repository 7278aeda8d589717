// All faces of cxvars judge the projects in tests/projects alike, and as is written there. UPDATE_EXPECTED=1 writes
// the verdicts of the command line: read what changed before you commit it.
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { expectedFile, inCopy, ofCommandLine, projectNames } from "./projects.mjs";
import { agrees, expected, withPlacesOf } from "./projects_expected.mjs";
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
