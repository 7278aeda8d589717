import assert from "node:assert/strict";
import { test } from "node:test";
import { ServerUris } from "../../../www/vscode/src/server_uris.ts";

const hub = (path: string) => ({ scheme: "vscode-vfs", authority: "github", path });

test("each file system is a folder for the server, and the way back gives the same address", () => {
  const uris = new ServerUris();
  const files = [hub("/team/a b/crm#1.json"), { scheme: "file", authority: "", path: "/c:/ü/100%.yaml" }, hub("/team")];
  assert.equal(uris.toServer(files[0]!), "file:///0/team/a%20b/crm%231.json");
  assert.equal(uris.toServer(files[1]!), "file:///1/c%3A/%C3%BC/100%25.yaml");
  assert.equal(uris.toServer(files[2]!), "file:///0/team");
  for (const file of files) assert.deepEqual(uris.fromServer(uris.toServer(file)!), file);
});

test("the root of a file system has an address", () => {
  const uris = new ServerUris();
  assert.equal(uris.pathOf(hub("/")), "/0");
  assert.deepEqual(uris.addressOf("/0"), hub("/"));
});

test("what is no file of the editor is left as it is", () => {
  const uris = new ServerUris();
  assert.equal(uris.toServer({ scheme: "untitled", authority: "", path: "Untitled-1" }), undefined);
  assert.equal(uris.toServer({ scheme: "untitled", authority: "", path: "/team/new.json" }), undefined);
  for (const uri of ["https://example.com/a", "file:///7/a", "file:///a", "untitled:a"]) {
    assert.equal(uris.fromServer(uri), undefined, uri);
  }
});
