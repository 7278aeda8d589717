// Builds the page as a folder to be served; with `--mode single` as one file that opens from disk.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, defineConfig, type Plugin, type Rollup } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const output = join(here, "../target/www");

/** The Content-Security-Policy: the page runs only its own code, sends no form and fetches nothing from elsewhere. */
function policy(own: { script: string; style: string; worker: string; connect: string }): string {
  return [
    "default-src 'none'",
    `script-src ${own.script} 'wasm-unsafe-eval'`,
    `style-src ${own.style}`,
    `worker-src ${own.worker}`,
    `connect-src ${own.connect}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

const served = policy({ script: "'self'", style: "'self'", worker: "'self'", connect: "'self'" });

function withPolicy(html: string, content: string): string {
  return html.replace("<head>", `<head>\n    <meta http-equiv="Content-Security-Policy" content="${content}" />`);
}

/** Adds the service worker that keeps the page's files, so that the page opens without a network the second time. */
function offline(): Plugin {
  return {
    name: "offline",
    apply: "build",
    transformIndexHtml: (html) => withPolicy(html, served),
    // Runs after the plugins that add files of their own, such as the style.
    enforce: "post",
    generateBundle(_, bundle) {
      // The part for projects is large, and many never open one.
      const isKept = (name: string) => name !== "index.html" && !name.includes("project_glue");
      const files = ["./", ...Object.keys(bundle).filter(isKept)];
      const hash = createHash("sha256");
      for (const file of Object.values(bundle)) hash.update(file.type === "chunk" ? file.code : file.source);
      const source = readFileSync(join(here, "src/offline.js"), "utf8")
        .replace("__FILES__", JSON.stringify(files))
        .replace("__VERSION__", JSON.stringify(hash.digest("hex").slice(0, 16)));
      this.emitFile({ type: "asset", fileName: "offline.js", source });
    },
  };
}

/** Puts code and style into the page itself. The policy allows each by its hash. */
function single(): Plugin {
  const allowed = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  return {
    name: "single",
    apply: "build",
    generateBundle: {
      // Runs after what the bundler itself still writes into the code.
      order: "post",
      handler(_, bundle) {
        const all = Object.values(bundle);
        const script = all.find((file): file is Rollup.OutputChunk => file.type === "chunk" && file.isEntry)!.code;
        const style = all.find((file): file is Rollup.OutputAsset => file.fileName.endsWith(".css"))!.source as string;
        const page = bundle["index.html"] as Rollup.OutputAsset;
        // A closing tag within a string of the script would end the script.
        const code = `\n${script.replaceAll("</script", "<\\/script")}`;
        const own = { script: allowed(code), style: allowed(style), worker: "blob:", connect: "'none'" };
        const html = (page.source as string)
          .replace(/<script[^>]*src=[^>]*><\/script>/, "")
          .replace(/<link[^>]*rel="stylesheet"[^>]*>/, () => `<style>${style}</style>`)
          .replace("</body>", () => `<script type="module">${code}</script>\n  </body>`);
        page.source = withPolicy(html, policy(own));
        for (const name of Object.keys(bundle)) if (name !== "index.html") delete bundle[name];
        page.fileName = "cxvars.html";
      },
    },
  };
}

/** The code of a policy's thread as a text: a worker in a worker has no file in the page that is one. */
function policyThread(): Plugin {
  const name = "virtual:policy-thread";
  return {
    name: "policy-thread",
    resolveId: (id) => (id === name ? `\0${name}` : undefined),
    async load(id) {
      if (id !== `\0${name}`) return undefined;
      const entry = join(here, "../target/npm/package/policy/worker.js");
      const lib = { entry, formats: ["iife" as const], name: "policy" };
      const bundled = await build({
        configFile: false,
        logLevel: "error",
        build: { write: false, target: "es2022", lib },
      });
      const [{ output }] = bundled as Rollup.RollupOutput[];
      return `export default ${JSON.stringify(output[0].code)};`;
    },
  };
}

/** The address of the repository, as the workspace's Cargo.toml has it; empty if it has none. */
function repository(): string {
  const manifest = readFileSync(join(here, "../Cargo.toml"), "utf8");
  return /^repository\s*=\s*"(https:[^"]*?)\/?"/m.exec(manifest)?.[1] ?? "";
}

export default defineConfig(({ mode }) => ({
  root: here,
  base: "./",
  resolve: {
    alias: {
      "@cxvars/validator/project": join(here, "../target/npm/package/project.js"),
      "@cxvars/validator/editor/thread": join(here, "../target/npm/package/editor/thread.js"),
      "@cxvars/validator/editor": join(here, "../target/npm/package/editor.js"),
      "#worker": join(here, "src/worker", mode === "single" ? "inline.ts" : "file.ts"),
      "#policy-thread": join(here, "src/worker", mode === "single" ? "policy_inline.ts" : "policy_file.ts"),
    },
  },
  define: { "import.meta.env.REPOSITORY": JSON.stringify(repository()) },
  // A browser does not load a module into a worker of a page on disk.
  worker: { format: mode === "single" ? "iife" : "es", plugins: () => [policyThread()] },
  plugins: [mode === "single" ? single() : offline()],
  build: {
    target: "es2022",
    outDir: output,
    emptyOutDir: mode !== "single",
    modulePreload: { polyfill: false },
    cssCodeSplit: false,
    assetsInlineLimit: mode === "single" ? Number.MAX_SAFE_INTEGER : 0,
    reportCompressedSize: false,
    // A single file has no other files to load.
    rolldownOptions: mode === "single" ? { output: { codeSplitting: false } } : {},
  },
  server: { fs: { allow: [join(here, "..")] } },
}));
