// Which files of a folder may be documents, and what a file dialog says of a folder.
import assert from "node:assert/strict";
import { test } from "node:test";
import { candidates, chosenFolder } from "../../../www/src/project_files.ts";

const files = (entries: Record<string, string>) =>
  new Map(Object.entries(entries).map(([path, text]) => [path, { text: async () => text }]));

/** Reads a `.gitignore` whose lines are names of files or folders. */
const read = (text: string) => (path: string) => {
  const names = text.split("\n").filter((line) => line !== "");
  return { ignored: names.includes(path.replace(/\/$/, "")), unignored: false };
};

test("documents are found by their names in all folders, without what git ignores", async () => {
  const found = await candidates(
    files({
      ".gitignore": "out\n",
      "cxvars.toml": "",
      "vars.yaml": "",
      ".env": "",
      "README.md": "",
      "out/vars.yaml": "",
      "bu07/.gitignore": "local.json\n",
      "bu07/vars.json": "",
      "bu07/local.json": "",
    }),
    read,
  );
  assert.deepEqual(found, [".env", "bu07/vars.json", "vars.yaml"]);
});

test("the paths of a chosen folder start in it, and folders of tools are left out", () => {
  const paths = ["crm/vars.yaml", "crm/bu07/vars.json", "crm/.git/config", "crm/web/node_modules/a/package.json"];
  const { name, files } = chosenFolder(paths.map((webkitRelativePath) => ({ webkitRelativePath }) as File));
  assert.equal(name, "crm");
  assert.deepEqual([...files.keys()], ["vars.yaml", "bu07/vars.json"]);
});
