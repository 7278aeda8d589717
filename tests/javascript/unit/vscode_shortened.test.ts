// Messages as the extension shows them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { shortened } from "../../../www/vscode/src/shortened.ts";

test("a message names files by their paths from the open folder", () => {
  const folders = ["/0/team", "/0/team/inner"];
  const message = "cxvars: /0/team/cxvars.toml:6:2: cannot read /0/team/inner/a.json; nor /0/teams/b.json";
  assert.equal(shortened(message, folders), "cxvars: cxvars.toml:6:2: cannot read a.json; nor /0/teams/b.json");
  assert.equal(shortened("/0/a.toml:1:1: not valid TOML", ["/0"]), "a.toml:1:1: not valid TOML");
  assert.equal(shortened("C:\\team\\a.toml is wrong", ["/c:/team", "C:\\team"]), "a.toml is wrong");
  assert.equal(
    shortened("`extends` in `/0/p/a.toml` names `/0/p/b.toml`", ["/0/p"]),
    "`extends` in `a.toml` names `b.toml`",
  );
  assert.equal(shortened("bus/0/a.toml", ["/0"]), "bus/0/a.toml");
});
