import assert from "node:assert/strict";
import { test } from "node:test";
import { type DocumentStatus, type ServerStatus, shown } from "../../../www/vscode/src/status_text.ts";

const SERVER: ServerStatus = { state: "running", what: "cxvars 0.1.0 at /usr/bin/cxvars" };
const document = (status: Partial<DocumentStatus>): DocumentStatus => ({
  state: "checked",
  reason: null,
  errors: 0,
  warnings: 0,
  ...status,
});

test("counts are shown with their icons", () => {
  assert.equal(shown(SERVER, document({ errors: 2, warnings: 1 })).text, "$(error) 2 $(warning) 1 cxvars");
  assert.equal(shown(SERVER, document({ warnings: 3 })).text, "$(warning) 3 cxvars");
  assert.match(shown(SERVER, document({ errors: 2, warnings: 1 })).tooltip, /^Checked: 2 errors, 1 warning\n/);
  assert.equal(shown(SERVER, document({})).text, "$(check) cxvars");
});

test("a document that is not checked says why, and which configuration counts", () => {
  const { text, tooltip } = shown(SERVER, document({ state: "notChecked", reason: "excluded" }), "p/cxvars.toml");
  assert.equal(text, "$(circle-slash) cxvars");
  assert.equal(tooltip, "Not checked: excluded\nBy p/cxvars.toml\nServer: cxvars 0.1.0 at /usr/bin/cxvars");
});

test("a server that does not run is an error, because nothing is checked", () => {
  const stopped = shown({ state: "stopped", problem: "it cannot start" }, document({}));
  assert.deepEqual([stopped.level, stopped.tooltip], ["error", "Nothing is checked: it cannot start"]);
  assert.match(shown({ state: "starting" }, undefined).text, /sync/);
});
