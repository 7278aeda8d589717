// The document of the page: the text, how it is read, and what the engine says about it. Both views show it and change
// it here.

import type { CheckOptions, FileReport, Fixed, Format, Outline, Scope } from "@cxvars/validator/full";
import type { Change } from "./rows.ts";

/** What the engine says about a text. */
export interface Analysis {
  report: FileReport;
  outline: Outline;
}

/** What a document needs of the engine. */
export interface DocumentEngine {
  analyse(text: string, options: CheckOptions): Analysis | Promise<Analysis>;
  fixAll(text: string, options: CheckOptions): Promise<Fixed>;
}

type Event = "text" | "analysed" | "settings" | "problem";

const isFine = () => Promise.resolve(true);

/** The text, how it is read, and what the engine says about it. */
export class VariablesDocument {
  text = "";
  format: Format = "json";
  parentScope: Scope | "" = "";
  fileName = "";
  /** The text of the `cxvars.toml` that counts for a text outside of a project. */
  config = "";
  /** What the engine said about a text, which may be older than the present one. */
  analysis: (Analysis & { text: string }) | undefined;
  /** Why nothing can be checked. */
  problem: Error | undefined;
  readonly #engine: DocumentEngine;
  /** What judges the text in place of the engine, if it is a document of the project. */
  #judge: DocumentEngine | undefined;
  readonly #listeners = new Map<Event, Set<() => void>>();
  #apply: (change: Change) => void = () => undefined;
  #analysing: Promise<void> = Promise.resolve();
  #isAnalysing = false;
  #edits: Promise<void> = Promise.resolve();

  constructor(engine: DocumentEngine) {
    this.#engine = engine;
  }

  on(event: Event, listener: () => void): void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
  }

  #emit(event: Event): void {
    for (const listener of this.#listeners.get(event) ?? []) listener();
  }

  /** Sets how a change is made. The editor owns the text and its history; it calls `changed` afterwards. */
  changeBy(apply: (change: Change) => void): void {
    this.#apply = apply;
  }

  get options(): CheckOptions {
    return {
      format: this.format,
      ...(this.parentScope === "" ? {} : { parent_scope: this.parentScope }),
      ...(this.config.trim() === "" ? {} : { config: this.config }),
    };
  }

  /** Takes the editor's text after a change. */
  changed(text: string): void {
    this.text = text;
    this.#emit("text");
    void this.analyse();
  }

  /** Whether the configuration of a project decides about the text, and not the settings here. */
  get isInProject(): boolean {
    return this.#judge !== undefined;
  }

  /** Replaces the whole text. `judge` says what is wrong with it, in place of the engine. */
  replace(text: string, format: Format, fileName = "", judge?: DocumentEngine): void {
    this.fileName = fileName;
    this.#judge = judge;
    this.#emit("settings");
    this.setFormat(format);
    this.#apply({ from: 0, to: this.text.length, insert: text });
  }

  /** Notes that nothing can be checked, and why. */
  fail(problem: Error): void {
    this.analysis = undefined;
    this.problem = problem;
    this.#emit("problem");
  }

  setFormat(format: Format): void {
    if (format === this.format) return;
    this.format = format;
    this.#emit("settings");
    void this.analyse();
  }

  setParentScope(scope: Scope | ""): void {
    this.parentScope = scope;
    this.#emit("settings");
    void this.analyse();
  }

  setConfig(config: string): void {
    if (config === this.config) return;
    this.config = config;
    this.#emit("settings");
    void this.analyse();
  }

  /** Makes a change that depends on the text and its analysis. Edits run one after the other. */
  edit(change: (text: string, analysis: Analysis) => Change | undefined): Promise<void> {
    return this.#queue(async () => {
      while (this.analysis?.text !== this.text && this.problem === undefined) await this.analyse();
      if (this.analysis === undefined) return;
      const wanted = change(this.text, this.analysis);
      if (wanted !== undefined) this.#apply(wanted);
    });
  }

  /**
   * Applies the safe fixes that prove themselves, as one change, if `isWanted` agrees. Returns undefined if the engine
   * has failed.
   */
  async fixAll(isWanted: (before: string, fixed: Fixed) => Promise<boolean> = isFine): Promise<Fixed | undefined> {
    let result: Fixed | undefined;
    await this.#queue(async () => {
      try {
        let before: string;
        let fixed: Fixed;
        do {
          before = this.text;
          fixed = await (this.#judge ?? this.#engine).fixAll(before, this.options);
          // Somebody may have typed in the meantime.
        } while (this.text !== before);
        result = fixed;
        if (fixed.applied.length === 0 || !(await isWanted(before, fixed)) || this.text !== before) return;
        this.#apply({ from: 0, to: before.length, insert: fixed.text });
      } catch (error) {
        this.fail(error as Error);
      }
    });
    return result;
  }

  /** Runs after the edits before it, also if one of them failed. */
  #queue(edit: () => Promise<void>): Promise<void> {
    const done = this.#edits.then(edit);
    this.#edits = done.catch(() => undefined);
    return done;
  }

  /** Asks the engine about the text, and asks again if the text changes before the answer. */
  analyse(): Promise<void> {
    if (!this.#isAnalysing) this.#analysing = this.#analyseUntilDone();
    return this.#analysing;
  }

  async #analyseUntilDone(): Promise<void> {
    let asked: string;
    this.#isAnalysing = true;
    do {
      const { text, options } = this;
      asked = text + JSON.stringify(options);
      try {
        const answer = (this.#judge ?? this.#engine).analyse(text, options);
        // An answer that is there already is not awaited, so that findings appear in the same frame as the typed key.
        const { report, outline } = answer instanceof Promise ? await answer : answer;
        this.analysis = { text, report, outline };
        this.problem = undefined;
        this.#emit("analysed");
      } catch (error) {
        this.fail(error as Error);
        break;
      }
    } while (asked !== this.text + JSON.stringify(this.options));
    // Set before anything else can run, so that the next change is analysed.
    this.#isAnalysing = false;
  }
}
