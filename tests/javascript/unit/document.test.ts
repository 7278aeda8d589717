// The page's document, with an engine of the test's own.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CheckOptions, Fixed } from "../../../wasm/npm/src/types.ts";
import { type Analysis, type DocumentEngine, VariablesDocument } from "../../../www/src/document.ts";
import { changed } from "./outlines.ts";

const EMPTY: Analysis = {
  report: { path: "", diagnostics: [] },
  outline: { list: null, variables: [], is_whole: true },
};

/** Answers at once, and remembers what it was asked. */
class TestEngine implements DocumentEngine {
  readonly asked: [text: string, options: CheckOptions][] = [];

  analyse(text: string, options: CheckOptions): Analysis | Promise<Analysis> {
    this.asked.push([text, options]);
    return EMPTY;
  }

  /** Replaces every `x` by `y`. */
  async fixAll(text: string): Promise<Fixed> {
    const applied = [...text.matchAll(/x/g)].map(() => ({ code: "CX001", message: "replace it", line: 1 }));
    return { text: text.replaceAll("x", "y"), applied, left_out: [], report: EMPTY.report };
  }
}

/** A document with an editor that makes every change at once. */
function edited(engine: DocumentEngine) {
  const document = new VariablesDocument(engine);
  const changes: string[] = [];
  document.keepBy({
    take: ({ change, settings }) => {
      if (change !== undefined) changes.push(change.insert);
      document.changed(change === undefined ? document.text : changed(document.text, change), settings);
    },
    undo: () => undefined,
    redo: () => undefined,
  });
  return { document, changes };
}

const append = (insert: string) => (text: string) => ({ from: text.length, to: text.length, insert });

test("an answer that is there at once is shown before the change returns", () => {
  const { document } = edited(new TestEngine());
  document.changed("a");
  assert.equal(document.analysis?.text, "a");
});

test("a text that changes while the engine works is analysed again, and once", async () => {
  const answers: ((analysis: Analysis) => void)[] = [];
  const engine = new TestEngine();
  engine.analyse = (text, options) => {
    engine.asked.push([text, options]);
    return new Promise((resolve) => answers.push(resolve));
  };
  const { document } = edited(engine);
  for (const text of ["a", "ab", "abc"]) document.changed(text);
  answers[0]!(EMPTY);
  while (answers.length < 2) await Promise.resolve();
  answers[1]!(EMPTY);
  await document.analyse();
  assert.deepEqual(
    engine.asked.map(([text]) => text),
    ["a", "abc"],
  );
  assert.equal(document.analysis?.text, "abc");
});

test("the format and the parent scope are options of the analysis", () => {
  const engine = new TestEngine();
  const { document } = edited(engine);
  document.setFormat("yaml");
  document.setFormat("yaml");
  document.setParentScope("global");
  assert.deepEqual(
    engine.asked.map(([, options]) => options),
    [{ format: "yaml" }, { format: "yaml", parent_scope: "global" }],
  );
});

test("edits run one after the other, each on the text that the one before it left", async () => {
  const { document } = edited(new TestEngine());
  await Promise.all(["a", "b", "c"].map((letter) => document.edit(append(letter))));
  assert.equal(document.text, "abc");
});

test("an edit that fails does not stop the next ones", async () => {
  const { document } = edited(new TestEngine());
  const failing = document.edit(() => {
    throw new RangeError("a fix is for another text");
  });
  const next = document.edit(append("a"));
  await assert.rejects(failing, RangeError);
  await next;
  assert.equal(document.text, "a");
});

test("an engine that fails is a problem, and nothing looks as if it had been checked", async () => {
  const engine = new TestEngine();
  const { document } = edited(engine);
  let problems = 0;
  document.on("problem", () => {
    problems += 1;
  });
  engine.analyse = () => {
    throw new Error("stopped");
  };
  document.changed("a");
  assert.deepEqual([document.analysis, document.problem?.message, problems], [undefined, "stopped", 1]);
  await document.edit(append("b"));
  assert.equal(document.text, "a");
  engine.fixAll = () => Promise.reject(new Error("stopped again"));
  assert.equal(await document.fixAll(), undefined);
  assert.deepEqual([document.problem?.message, problems], ["stopped again", 2]);
});

test("fixing all is one change, and none if no fix helps", async () => {
  const { document, changes } = edited(new TestEngine());
  document.changed("axbx");
  assert.equal((await document.fixAll())?.applied.length, 2);
  assert.deepEqual([document.text, changes], ["ayby", ["ayby"]]);
  assert.equal((await document.fixAll())?.applied.length, 0);
  assert.equal(changes.length, 1);
});

test("fixes that were found in an older text are not applied to a newer one", async () => {
  const engine = new TestEngine();
  const { document } = edited(engine);
  const fixAll = engine.fixAll.bind(engine);
  engine.fixAll = async (text) => {
    if (text === "x") document.changed("xz");
    return fixAll(text);
  };
  document.changed("x");
  assert.equal((await document.fixAll())?.applied.length, 1);
  assert.equal(document.text, "yz");
});

test("fixes are applied only if they are wanted, and a refusal changes nothing", async () => {
  const { document } = edited(new TestEngine());
  document.changed("x");
  const seen: string[] = [];
  for (const isWanted of [false, true]) {
    const fixed = await document.fixAll(async (before, { text }) => {
      seen.push(before, text);
      return isWanted;
    });
    assert.equal(fixed?.applied.length, 1);
    assert.equal(document.text, isWanted ? "y" : "x");
  }
  assert.deepEqual(seen, ["x", "y", "x", "y"]);
});

test("settings count for the text, and blank ones are none", async () => {
  const engine = new TestEngine();
  const { document } = edited(engine);
  document.setConfig("[validate]\nmax_variables = 1\n");
  assert.equal(document.options.config, "[validate]\nmax_variables = 1\n");
  document.setConfig(" \n");
  assert.equal("config" in document.options, false);
});

test("a text that is saved nowhere is replaced only if the user agrees", async () => {
  const { document } = edited(new TestEngine());
  let answer = false;
  let asked = 0;
  document.askBy(async () => {
    asked += 1;
    return answer;
  });
  assert.ok(await document.replace("from a file", "yaml", "a.yaml"));
  assert.ok(await document.replace("from another", "json", "b.json"));
  assert.equal(asked, 0);
  document.changed("from another, and changed");
  assert.ok(document.isUnsaved);
  assert.ok(!(await document.replace("third", "env", "c.env")));
  assert.deepEqual(
    [document.text, document.fileName, document.format],
    ["from another, and changed", "b.json", "json"],
  );
  answer = true;
  assert.ok(await document.replace("third", "env", "c.env"));
  assert.deepEqual([document.text, document.fileName, asked], ["third", "c.env", 2]);
  document.changed("fourth");
  document.saved();
  assert.ok(!document.isUnsaved);
  document.changed("third");
  assert.ok(!document.isUnsaved, "it is in the file that was opened");
  document.changed("  \n");
  assert.ok(!document.isUnsaved);
});

test("a text that is written in another form is not asked about, and is in no file yet", async () => {
  const { document } = edited(new TestEngine());
  await document.replace("a", "json", "a.json");
  document.rewrite("b", "yaml", "a.yaml");
  assert.deepEqual([document.text, document.format, document.fileName], ["b", "yaml", "a.yaml"]);
  assert.ok(document.isUnsaved && document.settings.isFormatChosen);
});

test("line ends of a file are kept for the file", async () => {
  const { document } = edited(new TestEngine());
  await document.replace("a\r\nb\r\n", "env");
  assert.deepEqual([document.text, document.written], ["a\nb\n", "a\r\nb\r\n"]);
  document.changed("a\n");
  assert.equal(document.written, "a\r\n");
});

test("an edit that does something else than it should is not made", async () => {
  const { document, changes } = edited(new TestEngine());
  document.changed("a");
  assert.equal(await document.edit(append("b"), { isRight: () => false }), false);
  assert.deepEqual([document.text, changes], ["a", []]);
  assert.equal(await document.edit(append("b"), { isRight: () => true }), true);
  assert.equal(await document.edit(() => undefined), true);
  assert.equal(document.text, "ab");
});

test("an edit is proven for the text that it is made in", async () => {
  const engine = new TestEngine();
  const { document } = edited(engine);
  document.changed("a");
  const analyse = engine.analyse.bind(engine);
  engine.analyse = async (text, options) => {
    // Somebody types while the result is looked at.
    if (text === "a!") document.changed("ab");
    return analyse(text, options);
  };
  await document.edit(append("!"), { isRight: () => true });
  assert.equal(document.text, "ab!");
});

test("an edit whose result the engine cannot read is not made, and that is a problem", async () => {
  const engine = new TestEngine();
  const { document } = edited(engine);
  document.changed("a");
  const analyse = engine.analyse.bind(engine);
  engine.analyse = (text, options) => {
    if (text === "a!") throw new Error("stopped");
    return analyse(text, options);
  };
  assert.equal(await document.edit(append("!"), { isRight: () => true }), false);
  assert.deepEqual([document.text, document.problem?.message], ["a", "stopped"]);
});

test("fixes that were found in another format are not applied", async () => {
  const engine = new TestEngine();
  const { document } = edited(engine);
  const asked: (string | undefined)[] = [];
  const fixAll = engine.fixAll.bind(engine);
  engine.fixAll = async (text, options?: CheckOptions) => {
    asked.push(options?.format);
    if (asked.length === 1) document.setFormat("yaml");
    return fixAll(text);
  };
  document.changed("x");
  await document.fixAll();
  assert.deepEqual([document.text, asked], ["y", ["json", "yaml"]]);
});
