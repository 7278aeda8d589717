// A client of the Language Server Protocol over standard input and output, without an editor around it.
import { spawn } from "node:child_process";
import { once } from "node:events";

/** The longest time that the server may take for one answer: only a test that fails waits for it. */
export const PATIENCE_MS = 60_000;

/** A language server that runs as a process. */
export class LanguageClient {
  #process;
  #waiting = new Map();
  #listeners = new Set();
  #received = Buffer.alloc(0);
  #asked = 0;
  #complaints = "";

  constructor(program, args, options) {
    this.#process = spawn(program, args, { ...options, stdio: "pipe" });
    this.#process.stdout.on("data", (chunk) => this.#receive(chunk));
    this.#process.stderr.on("data", (chunk) => {
      this.#complaints += chunk;
    });
    this.#process.on("error", (error) => this.#fail(error.message));
    this.#process.on("exit", (code) => this.#fail(`the server ended with ${code}: ${this.#complaints}`));
  }

  get pid() {
    return this.#process.pid;
  }

  /** Calls `listen` with the method and the parameters of each notification, until the returned function is called. */
  onNotification(listen) {
    this.#listeners.add(listen);
    return () => this.#listeners.delete(listen);
  }

  /** Asks the server, and returns its result. */
  request(method, params) {
    this.#asked += 1;
    const id = this.#asked;
    this.#send({ id, method, params });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${method}: ${this.#complaints}`)), PATIENCE_MS);
      this.#waiting.set(id, { resolve, reject, timer });
    });
  }

  notify(method, params) {
    this.#send({ method, params });
  }

  /** Ends the server as the protocol says, and returns its exit code. */
  async stop() {
    await this.request("shutdown");
    const ended = once(this.#process, "exit");
    this.notify("exit");
    const [code] = await ended;
    return code;
  }

  /** Ends the server in any case. */
  kill() {
    this.#process.kill();
  }

  #send(message) {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    this.#process.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    this.#process.stdin.write(body);
  }

  #receive(chunk) {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (;;) {
      const head = this.#received.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.toString("latin1", 0, head))[1]);
      const end = head + 4 + length;
      if (this.#received.length < end) return;
      const message = JSON.parse(this.#received.toString("utf8", head + 4, end));
      this.#received = this.#received.subarray(end);
      this.#handle(message);
    }
  }

  #handle({ id, method, params, result, error }) {
    if (method === undefined) return this.#answer(id, result, error);
    if (id !== undefined) return this.#send({ id, ...answerTo(method, params) });
    for (const listen of this.#listeners) listen(method, params);
  }

  #answer(id, result, error) {
    const { resolve, reject, timer } = this.#waiting.get(id);
    this.#waiting.delete(id);
    clearTimeout(timer);
    if (error) reject(new Error(error.message));
    else resolve(result);
  }

  #fail(reason) {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new Error(reason));
    }
    this.#waiting.clear();
  }
}

/** What the client says to a request of the server. */
function answerTo(method, params) {
  switch (method) {
    case "workspace/configuration":
      return { result: params.items.map(() => null) };
    case "client/registerCapability":
    case "window/workDoneProgress/create":
    case "workspace/diagnostic/refresh":
      return { result: null };
    default:
      return { error: { code: -32601, message: `the client does not know ${method}` } };
  }
}
