import assert from "node:assert/strict";
import { test } from "node:test";
import { findProgram, isOlder, type Machine } from "../../../www/vscode/src/program.ts";

const WANTED = { setting: "", extension: "/ext", version: "0.4.2" };

/** A machine with programs at these paths, which print these texts; `undefined` cannot be started. */
function machine(programs: Record<string, string | undefined>, path: string[] = [], windows = false): Machine {
  return {
    windows,
    path,
    isFile: async (file) => file in programs,
    version: async (program) => programs[program] ?? Promise.reject(new Error("not a program")),
  };
}

test("the setting comes before the program in the extension, and that before PATH", async () => {
  const all = {
    "/own/cxvars": "cxvars 0.4.0\n",
    "/ext/bin/cxvars": "cxvars 0.4.2\n",
    "/usr/bin/cxvars": "cxvars 0.5.0\n",
  };
  const { "/own/cxvars": _own, ...two } = all;
  const { "/ext/bin/cxvars": _bundled, ...one } = two;
  const found = async (setting: string, programs: Record<string, string>) =>
    (await findProgram({ ...WANTED, setting }, machine(programs, ["/usr/local/bin", "/usr/bin"]))).path;
  assert.equal(await found("/own/cxvars", all), "/own/cxvars");
  assert.equal(await found("", two), "/ext/bin/cxvars");
  assert.equal(await found("", one), "/usr/bin/cxvars");
  assert.deepEqual(await findProgram(WANTED, machine({}, ["/usr/bin"])), { path: undefined, problem: undefined });
});

test("a relative folder of PATH is left out, because it may be the workspace", async () => {
  const found = await findProgram(
    WANTED,
    machine({ "./cxvars": "cxvars 0.4.2\n", "bin/cxvars": "cxvars 0.4.2\n" }, ["", ".", "bin"]),
  );
  assert.equal(found.path, undefined);
});

test("on Windows the program has an ending", async () => {
  const path = ["C:\\Tools"];
  const found = await findProgram(WANTED, machine({ "C:\\Tools\\cxvars.exe": "cxvars 1.0.0\r\n" }, path, true));
  assert.deepEqual(found, { path: "C:\\Tools\\cxvars.exe", version: "1.0.0" });
});

test("a program that cannot be used is refused with what to do", async () => {
  const problem = async (setting: string, printed?: string) => {
    const found = await findProgram({ ...WANTED, setting }, machine({ "/own/cxvars": printed }, []));
    return found.path === undefined ? found.problem : "none";
  };
  assert.match(String(await problem("bin/cxvars")), /not an absolute path/);
  assert.match(String(await problem("/none/cxvars")), /not a file; correct the path/);
  assert.match(String(await problem("/own/cxvars")), /cannot be started; install cxvars again/);
  assert.match(String(await problem("/own/cxvars", "ripgrep 14.0.0\n")), /another program/);
  assert.match(String(await problem("/own/cxvars", "cxvars 0.3.9\n")), /version 0\.3\.9; install cxvars 0\.4 or later/);
});

test("an old program on PATH is refused as well, and no later one is looked for", async () => {
  const programs = { "/a/cxvars": "cxvars 0.3.0\n", "/b/cxvars": "cxvars 0.4.0\n" };
  const found = await findProgram(WANTED, machine(programs, ["/a", "/b"]));
  assert.match(
    String(found.path === undefined && found.problem),
    /^PATH leads to `\/a\/cxvars`, which is version 0\.3\.0/,
  );
});

test("only the minor version has to be reached", () => {
  assert.equal(isOlder("0.4.0", "0.4.9"), false);
  assert.equal(isOlder("0.10.0", "0.9.0"), false);
  assert.equal(isOlder("1.0.0", "0.9.0"), false);
  assert.equal(isOlder("0.9.9", "1.0.0"), true);
  assert.equal(isOlder("0.3.0-rc.1", "0.4.0"), true);
});
