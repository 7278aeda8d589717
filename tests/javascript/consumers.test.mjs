// The packed npm package in fresh projects: one for each environment, in its own tool.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { answerOf, EXPECTED, project, run, runNode, start, tool, withCommonJs } from "./consumers.mjs";
import { chromium, serve } from "./support.mjs";

describe("the package without a page", () => {
  test("works in Node, as a module and by require", async () => {
    const folder = project("node", "shared", "node", "commonjs");
    withCommonJs(folder);
    for (const file of ["main.js", "main.cjs"]) {
      assert.deepEqual(JSON.parse(await run("node", [file], folder)), [...EXPECTED, "CX205", 1, 1], file);
    }
  });

  test("is read only when it is used", async () => {
    const folder = project("import", "shared");
    const source = `
      const fs = require("node:fs");
      const read = [];
      const { readFileSync } = fs;
      fs.readFileSync = (path, ...rest) => { read.push(String(path)); return readFileSync(path, ...rest); };
      require("node:module").syncBuiltinESMExports();
      const files = () => read.filter((path) => path.endsWith(".wasm")).map((path) => path.replace(/.*\\//, ""));
      const names = ["", "/web", "/inline", "/form", "/contracts", "/editor", "/editor/thread", "/project"];
      const modules = names.map((name) => import("@cxvars/validator" + name));
      Promise.all(modules).then(async ([{ check, verifyAudit }]) => {
        const imported = files();
        check("[]");
        check("[]");
        await verifyAudit("");
        console.log(JSON.stringify([imported, files()]));
      });`;
    const answer = JSON.parse(await run("node", ["--input-type=commonjs", "--eval", source], folder));
    assert.deepEqual(answer, [[], ["node_glue_bg.wasm", "audit_glue_bg.wasm"]]);
  });

  test("works in Bun", async () => {
    const folder = project("bun", "shared", "node");
    assert.deepEqual(JSON.parse(await run(program("@oven", "bun"), ["main.js"], folder)), [...EXPECTED, "CX205", 1, 1]);
  });

  test("works in Deno", async () => {
    const folder = project("deno", "shared", "node");
    const environment = { DENO_DIR: join(folder, ".deno"), DENO_NO_UPDATE_CHECK: "1" };
    const answer = await run(tool(".bin/deno"), ["run", "--allow-read", "--no-remote", "main.js"], folder, environment);
    assert.deepEqual(JSON.parse(answer), [...EXPECTED, "CX205", 1, 1]);
  });

  test("works in workerd, which compiles no WebAssembly", async () => {
    const folder = project("workerd", "shared", "workerd");
    writeFileSync(join(folder, "worker.capnp"), workerdConfiguration(folder));
    const server = await start(
      program("@cloudflare", "workerd"),
      ["serve", "worker.capnp", "--control-fd=1", "--socket-addr=http=127.0.0.1:0"],
      folder,
      /"port":(\d+)/,
    );
    try {
      const response = await fetch(`http://127.0.0.1:${server.url}/`);
      assert.deepEqual(await response.json(), [...EXPECTED, "LoadError", "CX205"]);
    } finally {
      await server.stop();
    }
  });

  test("works in Jest, in its environments for Node and for pages", async () => {
    const folder = project("jest", "shared", "jest");
    withCommonJs(folder);
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "jest-consumer", private: true }));
    writeFileSync(join(folder, "document.json"), "[]");
    const output = await runNode("jest/bin/jest.js", ["--rootDir", folder, "--ci"], folder, {
      EXPECTED: JSON.stringify(EXPECTED),
    });
    assert.match(output, /Tests: +2 passed, 2 total/);
  });

  test("works in vitest with happy-dom", async () => {
    const folder = project("vitest", "shared", "vitest");
    const output = await runNode("vitest/vitest.mjs", ["run", "--root", folder, "--no-color"], folder, {
      EXPECTED: JSON.stringify(EXPECTED),
    });
    assert.match(output, /Tests +2 passed \(2\)/);
  });
});

describe("the package in a bundle for Node", () => {
  test("says what to do if the bundler has left its files behind, and works with /inline", async () => {
    const folder = project("esbuild-node", "shared");
    for (const format of ["esm", "cjs"]) {
      const answer = async (entry) => {
        const code = `import * as validator from "${entry}";
          import { use } from "./use.js";
          const answer = use(validator).catch((error) => [error.name, error.message]);
          answer.then((answer) => console.log(JSON.stringify(answer)));`;
        writeFileSync(join(folder, "bundled.js"), code);
        const output = `dist/main.${format === "esm" ? "mjs" : "cjs"}`;
        const parameters = ["bundled.js", "--bundle", "--platform=node", `--format=${format}`, `--outfile=${output}`];
        await run(tool(".bin/esbuild"), [...parameters, "--log-level=error"], folder);
        return JSON.parse(await run("node", [output], folder));
      };
      const [name, message] = await answer("@cxvars/validator");
      assert.equal(name, "LoadError");
      assert.match(message, /(cannot be read: ENOENT|removed the address).*@cxvars\/validator\/inline/);
      assert.deepEqual(await answer("@cxvars/validator/inline"), EXPECTED);
    }
  });
});

describe("the package in a page", { concurrency: 2 }, () => {
  let browser;
  before(async () => (browser = await chromium()));
  after(() => browser.close());

  /** The answer of the page in a folder that a bundler has written. */
  async function answered(folder, page = "") {
    const server = await serve({ "/": `${folder}/` });
    try {
      return await answerOf(browser, `${server.url}/${page}`);
    } finally {
      await server.stop();
    }
  }

  for (const version of ["vite5", "vite6", "vite7", "vite8"]) {
    test(`works in a page and in a worker that ${version} has built`, async () => {
      const folder = project(version, "shared", "vite");
      const vite = (...parameters) => runNode(`${version}/bin/vite.js`, ["build", ...parameters], folder);
      await vite();
      assert.deepEqual(await answered(join(folder, "dist")), EXPECTED);
      writeFileSync(join(folder, "index.html"), readFileSync(join(folder, "worker.html")));
      await vite();
      assert.deepEqual(await answered(join(folder, "dist")), EXPECTED);
    });

    test(`works in the development server of ${version}`, async () => {
      const folder = project(`${version}-dev`, "shared", "vite");
      const parameters = [tool(`${version}/bin/vite.js`), "--host", "127.0.0.1", "--port", "0", "--logLevel", "info"];
      const server = await start(process.execPath, parameters, folder, /http:\/\/127\.0\.0\.1:\d+/);
      try {
        assert.deepEqual(await answerOf(browser, server.url), EXPECTED);
        assert.deepEqual(await answerOf(browser, `${server.url}/worker.html`), EXPECTED);
      } finally {
        await server.stop();
      }
    });
  }

  for (const [name, script] of [
    ["webpack", "webpack-5.mjs"],
    ["rspack", "rspack.mjs"],
  ]) {
    test(`works in a page that ${name} has built`, async () => {
      const folder = project(name, "shared", "webpack");
      writeFileSync(join(folder, script), bundleByWebpack(name === "webpack" ? "webpack" : "@rspack/core"));
      await run(process.execPath, [script], folder);
      withPage(folder);
      assert.deepEqual(await answered(join(folder, "dist")), EXPECTED);
    });
  }

  test("works in a page that Rollup has built, with a plugin for files", async () => {
    const folder = project("rollup", "shared", "rollup");
    await runNode("rollup/dist/bin/rollup", ["--config", "rollup.config.js"], folder);
    withPage(folder);
    assert.deepEqual(await answered(join(folder, "dist")), EXPECTED);
  });

  test("works in a page that Parcel has built", async () => {
    const folder = project("parcel", "shared");
    await runNode("parcel/lib/bin.js", ["build", "index.html", "--no-cache", "--no-source-maps"], folder);
    assert.deepEqual(await answered(join(folder, "dist")), EXPECTED);
  });

  const bundlers = {
    esbuild: (folder, ...parameters) =>
      run(
        tool(".bin/esbuild"),
        ["main.js", "--bundle", "--outfile=dist/main.js", "--loader:.wasm=file", ...parameters],
        folder,
      ),
    "Bun's bundler": (folder, ...parameters) =>
      run(program("@oven", "bun"), ["build", "main.js", "--outdir=dist", ...parameters], folder),
  };
  for (const [name, bundle] of Object.entries(bundlers)) {
    test(`says what to do in a page that ${name} has built, and works with /inline or an address`, async () => {
      const folder = project(name.replace(/\W+/g, "-"), "shared");
      for (const format of ["esm", "iife"]) {
        const main = readFileSync(join(folder, "main.js"), "utf8");
        const answer = async () => {
          await bundle(folder, `--format=${format}`);
          withPage(folder);
          return answered(join(folder, "dist"));
        };
        const [error, message] = await answer();
        assert.equal(error, "LoadError");
        assert.match(message, /pass the file's address.*to init\(\).*@cxvars\/validator\/inline/);
        writeFileSync(join(folder, "main.js"), main.replace('"@cxvars/validator"', '"@cxvars/validator/inline"'));
        assert.deepEqual(await answer(), EXPECTED);
        // Both emit a file that the code itself imports, and give its address.
        const files = { first: "json_glue_bg", plan: "editor_glue_bg", audit: "audit_glue_bg" };
        const imports = Object.entries(files).map(
          ([name, file]) => `import ${name} from "@cxvars/validator/${file}.wasm";`,
        );
        const loaded = main
          .replace("init()", "init(first)")
          .replace("return use", 'await load("plan", plan);\n  await load("audit", audit);\n  $&')
          .replace(/\bplan, summarize, verifyAudit \}(?= from)/, "plan as planned, summarize, verifyAudit }")
          .replace("plan, summarize, verifyAudit });", "plan: planned, summarize, verifyAudit });");
        writeFileSync(join(folder, "main.js"), imports.join("\n") + loaded);
        assert.deepEqual(await answer(), EXPECTED);
        writeFileSync(join(folder, "main.js"), main);
      }
    });
  }

  test("leaves what a page does not use out of its bundle", async () => {
    const folder = project("shaken", "shared");
    writeFileSync(join(folder, "main.js"), 'import { check, init } from "@cxvars/validator";\ninit().then(check);\n');
    const whole = ["json.js", "--bundle", "--minify", "--format=esm"];
    writeFileSync(join(folder, "json.js"), 'import * as all from "@cxvars/validator";\nconsole.log(all);\n');
    const all = await run(tool(".bin/esbuild"), whole, folder);
    const used = await run(tool(".bin/esbuild"), ["main.js", ...whole.slice(1)], folder);
    for (const glue of ["editor_glue_bg", "audit_glue_bg"]) assert.ok(all.includes(glue) && !used.includes(glue), glue);
    assert.ok(used.length < all.length / 2);
  });

  test("works in Next: in its server, in its edge runtime and in its page", async () => {
    const folder = project("next", "shared", "next");
    await runNode("next/dist/bin/next", ["build"], folder, { NEXT_TELEMETRY_DISABLED: "1" });
    const parameters = [tool("next/dist/bin/next"), "start", "--hostname", "127.0.0.1", "--port", "0"];
    const server = await start(process.execPath, parameters, folder, /http:\/\/127\.0\.0\.1:\d+/);
    try {
      for (const path of ["api/check", "edge"]) {
        const response = await fetch(`${server.url}/${path}`);
        assert.deepEqual(await response.json(), EXPECTED, path);
      }
      assert.deepEqual(await answerOf(browser, server.url), EXPECTED);
    } finally {
      await server.stop();
    }
  });
});

/** The program in the package for this platform, below the folder of a tool's maker. */
function program(maker, name) {
  const [platform] = readdirSync(tool(maker)).filter((folder) => existsSync(tool(`${maker}/${folder}/bin/${name}`)));
  return tool(`${maker}/${platform}/bin/${name}`);
}

/** A page for what a bundler has written as main.js. */
function withPage(folder) {
  assert.ok(existsSync(join(folder, "dist/main.js")));
  writeFileSync(join(folder, "dist/index.html"), '<!doctype html><script type="module" src="main.js"></script>');
}

/** A script that bundles with webpack's interface, from the folder of the tools. */
function bundleByWebpack(name) {
  return `import { createRequire } from "node:module";
    import configuration from "./webpack.config.js";
    const tools = createRequire(${JSON.stringify(tool("x.js"))});
    const module = tools(${JSON.stringify(name)});
    const bundle = module.rspack ?? module;
    bundle(configuration, (error, stats) => {
      if (error !== null || stats.hasErrors()) throw error ?? new Error(stats.toString());
    });`;
}

/** Lists the modules for workerd, which has no resolver of its own: under the names that the package exports. */
function workerdConfiguration(folder) {
  const installed = "node_modules/@cxvars/validator";
  const { exports } = JSON.parse(readFileSync(join(folder, installed, "package.json"), "utf8"));
  assert.equal(exports["./*.wasm"], "./*.wasm");
  const modules = readdirSync(join(folder, installed))
    .filter((name) => /\.(js|wasm)$/.test(name) && !name.includes("embedded"))
    .map((name) => [`@cxvars/validator/${name}`, `${installed}/${name}`]);
  const entries = { "": `./validator/${exports["."].workerd}`, "/contracts": exports["./contracts"].default };
  for (const [entry, file] of Object.entries(entries)) {
    const alias = `entry${entry.replace("/", "-")}.js`;
    writeFileSync(join(folder, alias), `export * from "${file}";`);
    modules.push([`@cxvars/validator${entry}`, alias]);
  }
  const lines = [["worker.js", "worker.js"], ["use.js", "use.js"], ...modules].map(([name, path]) => {
    const kind = path.endsWith(".wasm") ? "wasm" : "esModule";
    return `(name = "${name}", ${kind} = embed "${path}")`;
  });
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (compatibilityDate = "2026-01-01", modules = [\n${lines.join(",\n")}\n]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);`;
}
