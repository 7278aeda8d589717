// A client of the Language Server Protocol, with nothing between a message and its time.

import { spawn } from "node:child_process";

const SEPARATOR = Buffer.from("\r\n\r\n");

/** A running server. `close` ends it. */
export class Client {
  #process;
  #waiting = new Map();
  #listeners = new Set();
  #next = 1;
  #received = Buffer.alloc(0);

  constructor(command, folder) {
    this.#process = spawn(command[0], command.slice(1), { cwd: folder, stdio: ["pipe", "pipe", "inherit"] });
    this.#process.stdout.on("data", (bytes) => this.#receive(bytes));
  }

  get pid() {
    return this.#process.pid;
  }

  /** Sends a request; the promise holds its result. */
  request(method, params) {
    const id = this.#next++;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject, method }));
    this.#send({ jsonrpc: "2.0", id, method, params });
    return answer;
  }

  notify(method, params) {
    this.#send({ jsonrpc: "2.0", method, params });
  }

  /** The parameters of the next notification of this method that satisfy the condition. */
  next(method, satisfied = () => true) {
    return new Promise((resolve) => {
      const listener = (message) => {
        if (message.method !== method || !satisfied(message.params)) return;
        this.#listeners.delete(listener);
        resolve(message.params);
      };
      this.#listeners.add(listener);
    });
  }

  async initialize(folder, options) {
    const uri = `file://${folder}`;
    const answer = await this.request("initialize", {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: "benchmark" }],
      ...options,
    });
    this.notify("initialized", {});
    return answer;
  }

  async close() {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    await this.request("shutdown", null);
    this.notify("exit", null);
    await ended;
  }

  #send(message) {
    const body = Buffer.from(JSON.stringify(message));
    this.#process.stdin.write(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]));
  }

  #receive(bytes) {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      const end = this.#received.indexOf(SEPARATOR);
      if (end < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(this.#received.toString("latin1", 0, end))[1]);
      const start = end + SEPARATOR.length;
      if (this.#received.length < start + length) return;
      const message = JSON.parse(this.#received.toString("utf8", start, start + length));
      this.#received = this.#received.subarray(start + length);
      this.#take(message);
    }
  }

  #take(message) {
    if (message.method === undefined) {
      const { resolve, reject, method } = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error === undefined) resolve(message.result);
      else reject(new Error(`${method}: ${message.error.message}`));
      return;
    }
    // Whatever the server asks for is granted.
    if (message.id !== undefined) {
      const result = message.method === "workspace/configuration" ? message.params.items.map(() => null) : null;
      this.#send({ jsonrpc: "2.0", id: message.id, result });
    }
    for (const listener of [...this.#listeners]) listener(message);
  }
}
