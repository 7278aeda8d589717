import assert from "node:assert/strict";
import { test } from "node:test";
import { BuiltIn, type Disk, type Engine, type Wanted } from "../../../www/vscode/src/built_in.ts";

/** A server that answers what it is given, and remembers what happened. */
class Fake implements Engine {
  readonly log: string[] = [];
  wants: Wanted[] = [];
  slices = 0;
  isBroken = false;

  handle(message: string): string {
    if (this.isBroken) throw new WebAssembly.RuntimeError("unreachable");
    const { id } = JSON.parse(message);
    this.log.push(`handle ${id}`);
    return JSON.stringify([{ jsonrpc: "2.0", id, result: null }]);
  }
  work(): string {
    this.slices -= 1;
    this.log.push("work");
    return JSON.stringify({ messages: [], next: this.slices > 0 ? "work" : "nothing" });
  }
  wanted(): string {
    const wanted = JSON.stringify(this.wants);
    this.wants = [];
    return wanted;
  }
  supply(path: string, bytes: Uint8Array): void {
    this.log.push(`supply ${path} ${bytes.length}`);
  }
  refuse(path: string, why: string): void {
    this.log.push(`refuse ${path} ${why}`);
  }
  exists(path: string, exists: boolean): void {
    this.log.push(`exists ${path} ${exists}`);
  }
  list(folder: string, files: string[], folders: string[], marks: string[]): void {
    this.log.push(`list ${folder} ${[files, folders, marks].join(" ")}`);
  }
  answer(id: number, answer: string): void {
    this.log.push(`answer ${id} ${answer}`);
  }
  changed(paths: string[]): void {
    this.log.push(`changed ${paths.join()}`);
  }
}

const DISK: Disk = {
  read: async (path) => (path === "/0/a" ? new Uint8Array(3) : "missing"),
  exists: async (path) => path === "/0/a",
  list: async (folder) => ({ files: [`${folder}/a`], folders: [folder], marks: [`${folder}/.git`] }),
};

const POLICIES = { answer: async ({ id }: { id: number }) => `[${id}]` };

const connect = (engine: Engine) => new BuiltIn(engine, DISK, POLICIES, () => {});

const message = (id: number) => ({ jsonrpc: "2.0", id });

/** Waits until the server has done something. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

test("each message is answered in order, after the call has returned", async () => {
  const server = connect(new Fake());
  const answers: unknown[] = [];
  server.reader.listen((answer) => answers.push((answer as { id?: number }).id));
  const written = [server.writer.write(message(1)), server.writer.write(message(2))];
  assert.deepEqual(answers, []);
  await Promise.all(written);
  assert.deepEqual(answers, [1, 2]);
});

test("what the server wants is fetched, and it works on when something arrives", async () => {
  const engine = new Fake();
  engine.wants = [
    { kind: "exists", path: "/0/a" },
    { kind: "bytes", path: "/0/a", max_bytes: 9 },
    { kind: "bytes", path: "/0/b", max_bytes: 9 },
    { kind: "list", path: "/0" },
    { kind: "policies", id: 7, plugins: [] },
  ];
  await connect(engine).writer.write(message(1));
  await until(() => engine.log.length === 8);
  const files = ["exists /0/a true", "supply /0/a 3", "refuse /0/b missing", "list /0 /0/a /0 /0/.git"];
  const fetched = [...files, "answer 7 [7]"];
  assert.deepEqual(engine.log, ["handle 1", "work", ...fetched, "work"]);
});

test("a search that takes long does not keep the server from its work", async () => {
  const engine = new Fake();
  engine.wants = [{ kind: "list", path: "/0" }];
  const server = new BuiltIn(engine, { ...DISK, list: () => new Promise(() => {}) }, POLICIES, () => {});
  await server.writer.write(message(1));
  await until(() => engine.log.length === 2);
  await server.writer.write(message(2));
  await until(() => engine.log.length === 4);
  assert.deepEqual(engine.log, ["handle 1", "work", "handle 2", "work"]);
});

test("files that change are named to the server", async () => {
  const engine = new Fake();
  engine.slices = 1;
  connect(engine).changed(["/0/a"]);
  await until(() => engine.slices === 0);
  assert.deepEqual(engine.log, ["changed /0/a", "work"]);
});

test("a server that trapped is not used again, and its client hears of it", async () => {
  const engine = new Fake();
  let [closed, ended] = [0, 0];
  const server = new BuiltIn(engine, DISK, POLICIES, () => {
    ended += 1;
  });
  server.reader.onClose(() => {
    closed += 1;
  });
  engine.isBroken = true;
  await server.writer.write(message(1));
  engine.isBroken = false;
  await server.writer.write(message(2));
  server.reader.dispose();
  assert.deepEqual([closed, ended, engine.log], [1, 1, []]);
});
