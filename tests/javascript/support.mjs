// Servers and browsers for the tests. The test that starts one stops it.
import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The unpacked npm package. */
export const PACKAGE = join(ROOT, "target/npm/package");

const TYPES = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".jsonl": "text/plain; charset=utf-8",
  ".mjs": "text/javascript",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/**
 * Serves folders on a free port of loopback. `folders` maps the beginning of a path to a folder; `pages` maps a path to
 * a text, its headers and its status.
 */
export async function serve(folders, pages = {}) {
  const requests = [];
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    const entry = { method: request.method, path, body: "", isRead: false };
    requests.push(entry);
    if (request.method === "POST") entry.body = await text(request);
    entry.isRead = true;
    const page = pages[path];
    if (page !== undefined) {
      response.writeHead(page.status ?? 200, { "content-type": "text/html; charset=utf-8", ...page.headers });
      // A page in pieces gets the response, to write them when it is time.
      if (page.write !== undefined) page.write(response);
      else response.end(page.text);
      return;
    }
    const mount = Object.keys(folders)
      .sort((a, b) => b.length - a.length)
      .find((start) => path.startsWith(start));
    let file = mount === undefined ? "" : normalize(join(folders[mount], decodeURIComponent(path.slice(mount.length))));
    if (mount !== undefined && !file.startsWith(normalize(folders[mount]))) file = "";
    if (file !== "" && existsSync(file) && statSync(file).isDirectory()) file = join(file, "index.html");
    if (file === "" || !existsSync(file)) {
      response.writeHead(404).end("not found");
      return;
    }
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    requests,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const CHROMIUM_FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Debian's Chromium, driven by playwright-core. */
export async function chromium() {
  const { chromium } = await import("playwright-core");
  return chromium.launch({ executablePath: "/usr/bin/chromium", args: CHROMIUM_FLAGS });
}

/** Debian's Firefox, driven by puppeteer-core over WebDriver BiDi. */
export async function firefox() {
  const { default: puppeteer } = await import("puppeteer-core");
  return puppeteer.launch({ browser: "firefox", executablePath: "/usr/bin/firefox-esr", headless: true });
}
