// The one document of the page. Both of its views show it and change it here.
import type { CheckOptions, FileReport, Format, Outline, Scope } from "@cxvars/validator/full";
import type { Engine } from "./engine.ts";
import type { Change } from "./rows.ts";

/** What is known of the text as it is. */
export interface Looked {
  text: string;
  report: FileReport;
  outline: Outline;
}

type Event = "text" | "looked" | "settings" | "problem";

const EXAMPLE = `# Values of encrypted variables are fetched when they are sent: write where from.
variables:
  - name: api_endpoint
    type: string
    value: https://api.example.com/v1
  - name: auth_token
    type: string
    value_from: {env: CRM_AUTH_TOKEN}
    encrypted: true
  - name: retry_limit
    type: integer
    value: 3
  - name: retry_limit
    type: integer
    value: "5"
`;

/** The text, how it is read, and what the engine says of it. */
export class VariablesDocument {
  text = "";
  format: Format = "json";
  parentScope: Scope | "" = "";
  fileName = "";
  looked: Looked | undefined;
  problem: Error | undefined;
  readonly #engine: Engine;
  readonly #listeners = new Map<Event, Set<() => void>>();
  #apply: (changes: Change) => void = () => undefined;
  #running: Promise<void> = Promise.resolve();
  #isRunning = false;
  #queue: Promise<void> = Promise.resolve();

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  on(event: Event, listener: () => void): void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
  }

  #emit(event: Event): void {
    for (const listener of this.#listeners.get(event) ?? []) listener();
  }

  /** The editor, which owns the text and its history, says how a change is made. */
  ownedBy(apply: (change: Change) => void): void {
    this.#apply = apply;
  }

  get options(): CheckOptions {
    return this.parentScope === "" ? { format: this.format } : { format: this.format, parent_scope: this.parentScope };
  }

  /** The editor's text has changed. */
  changed(text: string): void {
    this.text = text;
    this.#emit("text");
    void this.look();
  }

  /** Replaces the whole text. */
  replace(text: string, format: Format, fileName = ""): void {
    this.fileName = fileName;
    this.setFormat(format);
    this.#apply({ from: 0, to: this.text.length, insert: text });
  }

  loadExample(): void {
    this.replace(EXAMPLE, "yaml");
  }

  /** Nothing can be checked, and why. */
  fail(problem: Error): void {
    this.looked = undefined;
    this.problem = problem;
    this.#emit("problem");
  }

  setFormat(format: Format): void {
    if (format === this.format) return;
    this.format = format;
    this.#emit("settings");
    void this.look();
  }

  setParentScope(scope: Scope | ""): void {
    this.parentScope = scope;
    this.#emit("settings");
    void this.look();
  }

  /** Makes a change that follows from where things stand now; several at once wait for each other. */
  edit(change: (text: string, outline: Outline) => Change | undefined): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      while (this.looked?.text !== this.text && this.problem === undefined) await this.look();
      if (this.looked === undefined) return;
      const wanted = change(this.text, this.looked.outline);
      if (wanted !== undefined) this.#apply(wanted);
    });
    return this.#queue;
  }

  /** Asks the engine about the text, again where it changed on the way. */
  look(): Promise<void> {
    if (!this.#isRunning) this.#running = this.#lookUntilDone();
    return this.#running;
  }

  async #lookUntilDone(): Promise<void> {
    let seen: string;
    this.#isRunning = true;
    do {
      const { text, options } = this;
      seen = text + JSON.stringify(options);
      try {
        const answer = this.#engine.look(text, options);
        // Not awaited where it is there at once: findings follow the key within the same frame.
        const { report, outline } = answer instanceof Promise ? await answer : answer;
        this.looked = { text, report, outline };
        this.problem = undefined;
        this.#emit("looked");
      } catch (error) {
        this.fail(error as Error);
        break;
      }
    } while (seen !== this.text + JSON.stringify(this.options));
    // At once and not in a later turn, so that a change right behind is looked at anew.
    this.#isRunning = false;
  }
}

/** What a text seems to be, for one that was pasted or has no telling name. */
export function formatOf(text: string, fileName = ""): Format {
  if (/(^|\/)\.env(\.|$)|\.env$/i.test(fileName)) return "env";
  if (/\.ya?ml$/i.test(fileName)) return "yaml";
  if (/\.jsonc$/i.test(fileName)) return "jsonc";
  if (/\.json$/i.test(fileName)) return "json";
  const start = text.replace(/^\ufeff/, "").trimStart();
  if (/^[[{]/.test(start)) return "json";
  if (/^\/[/*]/.test(start)) return "jsonc";
  if (/^(#.*\n\s*)*(export\s+)?[A-Za-z_][A-Za-z0-9_]*\s*=/.test(start)) return "env";
  return "yaml";
}
