import assert from "node:assert/strict";
import { test } from "node:test";
import { type Entry, type Folders, type ReadIgnoreFile, walk } from "../../../www/vscode/src/walk.ts";

/** Files by path. An entry whose text is `null` is a link. */
function files(texts: Record<string, string | null>): Folders {
  return {
    async entries(folder) {
      const start = folder === "/" ? "/" : `${folder}/`;
      const kinds = new Map<string, Entry["kind"]>();
      for (const [path, text] of Object.entries(texts)) {
        if (!path.startsWith(start)) continue;
        const [name = "", ...rest] = path.slice(start.length).split("/");
        kinds.set(name, rest.length > 0 ? "folder" : text === null ? "other" : "file");
      }
      return [...kinds].map(([name, kind]) => ({ name, kind }));
    },
    text: async (file) => texts[file] ?? "",
  };
}

/** Names, one a line, of what is ignored in a folder; `!` is the opposite. */
const read: ReadIgnoreFile = (text) => (path) => {
  const lines = text.split("\n");
  return { ignored: lines.includes(path), unignored: lines.includes(`!${path}`) };
};

const filesOf = async (...search: Parameters<typeof walk>) => (await walk(...search)).files;

test("only names that a document may have are found, and no links", async () => {
  const folders = files({
    "/p/a.json": "",
    "/p/b.YML": "",
    "/p/.env": "",
    "/p/.env.prod": "",
    "/p/x/c.env": "",
    "/p/notes.md": "",
    "/p/envoy.txt": "",
    "/p/link.json": null,
  });
  assert.deepEqual(await filesOf("/p", folders, read), [
    "/p/.env",
    "/p/.env.prod",
    "/p/a.json",
    "/p/b.YML",
    "/p/x/c.env",
  ]);
});

test("the innermost .gitignore that names a file decides", async () => {
  const folders = files({
    "/p/.gitignore": "out/\nx/a.json\nx/b.json",
    "/p/out/c.json": "",
    "/p/x/.gitignore": "!a.json",
    "/p/x/a.json": "",
    "/p/x/b.json": "",
  });
  assert.deepEqual(await filesOf("/p", folders, read), ["/p/x/a.json"]);
});

test("files above count from the root of the repository down, and not without one", async () => {
  const texts = { "/.gitignore": "r/p/a.json", "/r/.gitignore": "p/b.json", "/r/p/a.json": "", "/r/p/b.json": "" };
  assert.deepEqual(await filesOf("/r/p", files(texts), read), ["/r/p/a.json", "/r/p/b.json"]);
  assert.deepEqual(await filesOf("/r/p", files({ ...texts, "/r/.git/HEAD": "" }), read), ["/r/p/a.json"]);
});

test("a repository within another one is judged by its own files, and .git is not entered", async () => {
  const folders = files({
    "/r/.git/a.json": "",
    "/r/.gitignore": "sub/a.json",
    "/r/sub/.git": "",
    "/r/sub/a.json": "",
  });
  assert.deepEqual(await filesOf("/r", folders, read), ["/r/sub/a.json"]);
});

test("a search says where projects begin, also where git ignores that", async () => {
  const folders = files({
    "/r/.git/HEAD": "",
    "/r/.gitignore": "p/cxvars.toml\nout/",
    "/r/p/cxvars.toml": "",
    "/r/out/cxvars.toml": "",
  });
  const { folders: entered, marks } = await walk("/r", folders, read);
  assert.deepEqual(
    [entered, marks],
    [
      ["/r", "/r/p"],
      ["/r/.git", "/r/p/cxvars.toml"],
    ],
  );
});
