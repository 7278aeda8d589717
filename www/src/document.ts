// The document of the page: the text, how it is read, and what the engine says about it. Both views show it and change
// it here. The editor keeps the text, the settings and the history of both; nothing else changes them.

import type { CheckOptions, FileReport, Fixed, Format, Outline, Scope } from "@cxvars/validator/editor";
import { fromFile, type LineEnding, toFile } from "./line_endings.ts";
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

/** How the text is read, and where it is from. Undoing a change of the text brings them back as well. */
export interface Settings {
  readonly format: Format;
  /** Whether the user chose the format. It is then not guessed from what they type. */
  readonly isFormatChosen: boolean;
  readonly parentScope: Scope | "";
  readonly fileName: string;
  /** How lines end in the file. In the text they end in a line feed. */
  readonly lineEnding: LineEnding;
  /** What judges the text in place of the engine, if it is a document of the project. */
  readonly judge: DocumentEngine | undefined;
}

/** The settings of an empty page. */
export const NEW_SETTINGS: Settings = {
  format: "json",
  isFormatChosen: false,
  parentScope: "",
  fileName: "",
  lineEnding: "\n",
  judge: undefined,
};

/** A step of the history: a change of the text, of the settings, or of both. */
export interface Step {
  change?: Change;
  settings?: Settings;
  /** Whether it is a part of what is being typed, which is undone in larger parts. */
  isTyping?: boolean;
}

/** What keeps the text, the settings and their history. It calls `changed` after each step. */
export interface Keeper {
  take(step: Step): void;
  undo(): void;
  redo(): void;
}

/** How an edit is made. */
export interface EditOptions {
  /** Whether it is a part of what is being typed. */
  isTyping?: boolean;
  /** Whether the change did what was wanted and nothing else, as the engine reads the text before and after it. */
  isRight?: (before: Outline, after: Outline) => boolean;
}

type Event = "text" | "analysed" | "settings" | "problem";

const isFine = () => Promise.resolve(true);

/** The text, how it is read, and what the engine says about it. */
export class VariablesDocument {
  text = "";
  /** The text of the `cxvars.toml` that counts for a text outside of a project. */
  config = "";
  /** What the engine said about a text, which may be older than the present one. */
  analysis: (Analysis & { text: string }) | undefined;
  /** Why nothing can be checked. */
  problem: Error | undefined;
  readonly #engine: DocumentEngine;
  #settings = NEW_SETTINGS;
  readonly #listeners = new Map<Event, Set<() => void>>();
  #keeper: Keeper | undefined;
  /** Asks the user whether a text that is saved nowhere may be replaced. */
  #mayReplace: () => Promise<boolean> = async () => false;
  /** The texts that exist outside of the page as well: in a file that was opened or saved. */
  readonly #elsewhere = new Set<string>();
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

  /** Sets what keeps the text, the settings and their history. */
  keepBy(keeper: Keeper): void {
    this.#keeper = keeper;
  }

  /** Sets how the user is asked whether a text that is saved nowhere may be replaced. */
  askBy(mayReplace: () => Promise<boolean>): void {
    this.#mayReplace = mayReplace;
  }

  get settings(): Settings {
    return this.#settings;
  }

  get format(): Format {
    return this.#settings.format;
  }

  get parentScope(): Scope | "" {
    return this.#settings.parentScope;
  }

  get fileName(): string {
    return this.#settings.fileName;
  }

  get options(): CheckOptions {
    const { format, parentScope } = this.#settings;
    return {
      format,
      ...(parentScope === "" ? {} : { parent_scope: parentScope }),
      ...(this.config.trim() === "" ? {} : { config: this.config }),
    };
  }

  /** Whether the configuration of a project decides about the text, and not the settings here. */
  get isInProject(): boolean {
    return this.#settings.judge !== undefined;
  }

  /** Whether the text has changes that are in no file. */
  get isUnsaved(): boolean {
    return this.text.trim() !== "" && !this.#elsewhere.has(this.text);
  }

  /** Takes the text and the settings after a step. */
  changed(text: string, settings: Settings = this.#settings): void {
    const isOtherSettings = settings !== this.#settings;
    const isOtherText = text !== this.text || !isOtherSettings;
    this.text = text;
    this.#settings = settings;
    if (isOtherSettings) this.#emit("settings");
    if (isOtherText) this.#emit("text");
    // A text that is replaced by the same one has lost its marks.
    void this.analyse();
  }

  /**
   * Replaces the whole text by one that exists elsewhere, such as a file. Asks first if changes would be lost, and
   * returns false if the user keeps them. `judge` says what is wrong with the new text, in place of the engine.
   */
  async replace(written: string, format: Format, fileName = "", judge?: DocumentEngine): Promise<boolean> {
    const { text, lineEnding } = fromFile(written);
    if (text !== this.text && this.isUnsaved && !(await this.#mayReplace())) return false;
    this.#elsewhere.add(text);
    const { parentScope } = this.#settings;
    this.#replaceAll(text, { format, isFormatChosen: false, parentScope, fileName, lineEnding, judge });
    return true;
  }

  /** Writes the whole text in another form, such as another format. Nothing is lost by that, so nobody is asked. */
  rewrite(text: string, format: Format, fileName = this.fileName): void {
    this.#replaceAll(text, { ...this.#settings, format, isFormatChosen: true, fileName, judge: undefined });
  }

  #replaceAll(insert: string, settings: Settings): void {
    this.#keeper?.take({ change: { from: 0, to: this.text.length, insert }, settings });
  }

  /** The text as it is written into a file. */
  get written(): string {
    return toFile(this.text, this.#settings.lineEnding);
  }

  /** Notes that the text was written into a file. */
  saved(): void {
    this.#elsewhere.add(this.text);
  }

  undo(): void {
    this.#keeper?.undo();
  }

  redo(): void {
    this.#keeper?.redo();
  }

  /** Notes that nothing can be checked, and why. */
  fail(problem: Error): void {
    this.analysis = undefined;
    this.problem = problem;
    this.#emit("problem");
  }

  /** Sets the format that the user chose. */
  setFormat(format: Format): void {
    if (format === this.format && this.#settings.isFormatChosen) return;
    this.#keeper?.take({ settings: { ...this.#settings, format, isFormatChosen: true } });
  }

  setParentScope(parentScope: Scope | ""): void {
    this.#keeper?.take({ settings: { ...this.#settings, parentScope } });
  }

  setConfig(config: string): void {
    if (config === this.config) return;
    this.config = config;
    this.#emit("settings");
    void this.analyse();
  }

  /**
   * Makes a change that depends on the text and its analysis. Edits run one after the other. Returns false if the text
   * was left as it is, because the change is not right or nothing can be checked.
   */
  async edit(
    change: (text: string, analysis: Analysis) => Change | undefined,
    { isTyping = false, isRight }: EditOptions = {},
  ): Promise<boolean> {
    let isMade = false;
    await this.#queue(async () => {
      let text: string;
      let wanted: Change | undefined;
      let isWrong = false;
      do {
        while (this.analysis?.text !== this.text && this.problem === undefined) await this.analyse();
        if (this.analysis === undefined) return;
        text = this.text;
        wanted = change(text, this.analysis);
        if (wanted !== undefined && isRight !== undefined) {
          const { outline } = this.analysis;
          const after = await this.#outlineOf(changedBy(text, wanted));
          isWrong = after === undefined || !isRight(outline, after);
        }
        // Somebody may have typed in the meantime.
      } while (this.text !== text);
      if (isWrong) return;
      isMade = true;
      if (wanted !== undefined) this.#keeper?.take({ change: wanted, isTyping });
    });
    return isMade;
  }

  /** Where the rows of a text would be; undefined if the engine has failed. */
  async #outlineOf(text: string): Promise<Outline | undefined> {
    try {
      return (await (this.#settings.judge ?? this.#engine).analyse(text, this.options)).outline;
    } catch (error) {
      this.fail(error as Error);
      return undefined;
    }
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
        let settings: Settings;
        let fixed: Fixed;
        do {
          before = this.text;
          settings = this.#settings;
          fixed = await (this.#settings.judge ?? this.#engine).fixAll(before, this.options);
          // Somebody may have typed in the meantime, or chosen another format.
        } while (this.text !== before || this.#settings !== settings);
        result = fixed;
        if (fixed.applied.length === 0 || !(await isWanted(before, fixed)) || this.text !== before) return;
        this.#keeper?.take({ change: { from: 0, to: before.length, insert: fixed.text } });
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
        const answer = (this.#settings.judge ?? this.#engine).analyse(text, options);
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

/** The text after a change. */
function changedBy(text: string, { from, to, insert }: Change): string {
  return text.slice(0, from) + insert + text.slice(to);
}
