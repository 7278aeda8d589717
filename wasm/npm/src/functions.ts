// The functions of the package that every entry point has, as types.

import type {
  AuditFile,
  AuditOptions,
  AuditReport,
  CheckOptions,
  Converted,
  FileReport,
  Fixed,
  FixOptions,
  Format,
  Input,
  Outline,
  Part,
  PlanOptions,
  PlanReport,
  Rule,
  Summary,
  WasmSource,
} from "./types.js";

/** The functions that check and fix a text. */
export interface Engine<O extends CheckOptions> {
  /**
   * Checks a document. A bad document is data: whatever the text holds, the answer is a report.
   *
   * @throws TypeError if an argument is not what it has to be.
   */
  check(input: Input, options?: O): FileReport;
  /**
   * Whether a text is clearly something else than a document, such as a file of another program. An editor, or whatever
   * looks at every file of a folder, leaves such a text alone. A document with a mistake is not foreign.
   *
   * @throws TypeError if an argument is not what it has to be.
   */
  isForeign(input: Input, options?: O): boolean;
  /**
   * Applies the fixes of a document's findings until none is left that helps. A fix is kept only if checking the result
   * proves it: its finding is gone, and there is no new error.
   *
   * Only safe fixes are applied, unless `unsafe` is set. A string with lone surrogates is left as it is, because it
   * cannot be written as UTF-8.
   *
   * @throws TypeError if an argument is not what it has to be.
   */
  fixAll<I extends Input>(input: I, options?: O & FixOptions): Fixed<I extends string ? string : string | null>;
  /** The documentation of a rule in Markdown, by its code or name; null if there is no such rule. */
  explain(code: string): string | null;
  /** All rules, in the order of their codes. */
  rules(): Rule[];
  /** Version of the engine. */
  version(): string;
}

/**
 * The functions that write a document in another form. A text that cannot be written is data: `refused` says why. Each
 * throws a TypeError if an argument is not what it has to be.
 */
export interface Converter<O extends CheckOptions> {
  /**
   * Writes a document in another format. Comments stay where the format has them, and an ignore comment silences the
   * same findings. The result is read again: names, keys, types and values are those of the text.
   */
  convert(text: string, to: Format, options?: O): Converted;
  /**
   * Writes a document as a manifest for version control. The values of encrypted variables, and those that look like
   * secrets, become references to environment variables.
   */
  exportManifest(text: string, to: Exclude<Format, "env">, options?: O): Converted;
  /** Writes the variables as the JSON that the service takes, with all values. */
  exportWire(text: string, options?: O): Converted;
  /** A copy of a document, in its format, that has the same mistakes and no secret. Comments lose their text. */
  mask(text: string, options?: O): Converted;
}

/** The functions for editors. */
export interface EditorEngine extends Engine<CheckOptions>, Converter<CheckOptions> {
  /** Where the variables of a text are. The values in the answer are the caller's own. */
  outline(text: string, options?: CheckOptions): Outline;
}

/** The functions where everything is there at once. */
export interface EdgeEngine extends Engine<CheckOptions> {
  /** Starts the engine ahead of its first use. */
  init(source?: WasmSource): Promise<void>;
  /** Does nothing, because every part is there. */
  load(part: Part, source?: WasmSource): Promise<void>;
  /** Says what an update would change, from a manifest and the service's answer to a GET of the action. */
  plan(manifest: string, remote: string, options?: PlanOptions): Promise<PlanReport>;
  /** Checks every line of an audit log and the links between the lines. */
  verifyAudit(log: Input | readonly AuditFile[], options?: AuditOptions): Promise<AuditReport>;
  /** The metrics over the outcomes in an audit log. */
  summarize(log: string): Promise<Summary>;
}
