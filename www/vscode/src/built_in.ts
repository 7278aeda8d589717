// The server within the extension: the language server as WebAssembly, on the same thread. It reads no files itself; it
// says which ones it wants, and gets them from the editor.

import type { WantedOfPolicies } from "./policies.ts";
import type { Found } from "./walk.ts";

/** A message of JSON-RPC. */
interface Message {
  jsonrpc: string;
}

/** The WebAssembly module. Lists go out as JSON; a list of messages is an array of JSON-RPC messages. */
export interface Engine {
  /** Takes a message of the client, and returns the answers. */
  handle(message: string): string;
  /** Does one step of what waits, and returns `Worked`. */
  work(): string;
  /** What it wants of the file system: an array of `Wanted`. */
  wanted(): string;
  /** Gives the bytes of a file. */
  supply(path: string, bytes: Uint8Array): void;
  /** Says why a file cannot be read. */
  refuse(path: string, why: Refusal): void;
  /** Says whether a file exists. */
  exists(path: string, exists: boolean): void;
  /** Gives what a search of a folder found. */
  list(folder: string, files: string[], folders: string[], marks: string[]): void;
  /** Says that files or folders were changed, created or deleted. */
  changed(paths: string[]): void;
  /** Gives the answer about policies, in JSON. */
  answer(id: number, answer: string): void;
}

/** What a step came to: messages, and whether there is more to do, at once or after what is wanted has arrived. */
export interface Worked {
  messages: Message[];
  next: "work" | "files" | "nothing";
}

/** Something that the server wants: of the file system, or of policies. */
export type Wanted =
  | WantedOfPolicies
  | { kind: "bytes"; path: string; max_bytes: number }
  | { kind: "exists"; path: string }
  | { kind: "list"; path: string };

/** Why a file cannot be read. */
export type Refusal = "missing" | "folder" | "large" | "unreadable";

/** The file system of the editor, by the paths that the server sees. */
export interface Disk {
  read(path: string, maxBytes: number): Promise<Uint8Array | Refusal>;
  exists(path: string): Promise<boolean>;
  /** Searches a folder and those in it. */
  list(folder: string): Promise<Found>;
}

/** Runs policies. */
export interface PolicyRunner {
  /** The answer to a question, in JSON. */
  answer(wanted: WantedOfPolicies): Promise<string>;
}

/** Most files that are read, and questions that are asked, at the same time. */
const READS = 16;

/** How long the server works before the editor gets its turn, in milliseconds. */
const SLICE_MS = 10;

/** An event that never happens. */
const never = () => ({ dispose() {} });

/** Connects a client to the server within the extension: a reader and a writer of messages. */
export class BuiltIn {
  readonly #engine: Engine;
  readonly #disk: Disk;
  readonly #policies: PolicyRunner;
  readonly #ended: () => void;
  #deliver: (message: Message) => void = () => {};
  #closed: (() => void)[] = [];
  /** What is to be read, and how many reads are under way. */
  readonly #waiting: Wanted[] = [];
  #reading = 0;
  #isRunning = false;
  #isOpen = true;

  /** `ended` is called when the server will not be used again. */
  constructor(engine: Engine, disk: Disk, policies: PolicyRunner, ended: () => void) {
    [this.#engine, this.#disk, this.#policies, this.#ended] = [engine, disk, policies, ended];
  }

  readonly reader = {
    onError: never,
    onPartialMessage: never,
    onClose: (listener: () => void) => {
      this.#closed.push(listener);
      return { dispose() {} };
    },
    listen: (callback: (message: Message) => void) => {
      this.#deliver = callback;
      return { dispose() {} };
    },
    dispose: () => this.#end(),
  };

  readonly writer = {
    onError: never,
    onClose: never,
    write: async (message: Message) => {
      this.#send(this.#call(() => this.#engine.handle(JSON.stringify(message))));
      void this.#run();
    },
    end: () => this.#end(),
    dispose: () => this.#end(),
  };

  /** Files have changed on disk. */
  changed(paths: string[]): void {
    if (!this.#isOpen) return;
    this.#engine.changed(paths);
    void this.#run();
  }

  #end(): void {
    if (this.#isOpen) this.#ended();
    this.#isOpen = false;
  }

  /** Calls the server. One that trapped is never used again; its client starts another one. */
  #call<T>(call: () => string): T | undefined {
    if (!this.#isOpen) return undefined;
    try {
      return JSON.parse(call());
    } catch {
      this.#end();
      for (const closed of this.#closed) closed();
      return undefined;
    }
  }

  #send(messages: Message[] = []): void {
    // Later, because the client does not expect an answer before its call has returned.
    for (const message of messages) queueMicrotask(() => this.#deliver(message));
  }

  /** Does what waits, until nothing does. Between two slices the editor gets its turn. */
  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    let more = true;
    while (more && this.#isOpen) {
      await turn();
      more = this.#slice();
      this.#waiting.push(...(this.#call<Wanted[]>(() => this.#engine.wanted()) ?? []));
      this.#read();
    }
    this.#isRunning = false;
  }

  /** Lets the server work for a while. Returns whether there is more to do before something arrives. */
  #slice(): boolean {
    const end = performance.now() + SLICE_MS;
    for (;;) {
      const worked = this.#call<Worked>(() => this.#engine.work());
      this.#send(worked?.messages);
      if (worked?.next !== "work") return false;
      if (performance.now() >= end) return true;
    }
  }

  /** Reads what is wanted, some of it at a time. The server works on meanwhile: a long search delays nothing. */
  #read(): void {
    while (this.#reading < READS && this.#isOpen) {
      const wanted = this.#waiting.shift();
      if (wanted === undefined) return;
      this.#reading += 1;
      void this.#gift(wanted).then((give) => {
        this.#reading -= 1;
        if (!this.#isOpen) return;
        give();
        this.#read();
        void this.#run();
      });
    }
  }

  /** Fetches something, and returns how to give it to the server. */
  async #gift(wanted: Wanted): Promise<() => void> {
    const engine = this.#engine;
    if (wanted.kind === "policies" || wanted.kind === "verdicts") {
      const answer = await this.#policies.answer(wanted);
      return () => engine.answer(wanted.id, answer);
    }
    const { kind, path } = wanted;
    if (kind === "exists") {
      const exists = await this.#disk.exists(path);
      return () => engine.exists(path, exists);
    }
    if (kind === "list") {
      const found = await this.#disk.list(path);
      return () => engine.list(path, found.files, found.folders, found.marks);
    }
    const found = await this.#disk.read(path, wanted.max_bytes);
    return () => (typeof found === "string" ? engine.refuse(path, found) : engine.supply(path, found));
  }
}

/** Lets everything that waits have its turn, also what the editor has received in the meantime. */
function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
