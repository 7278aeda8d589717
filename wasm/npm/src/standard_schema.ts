// The check as a Standard Schema (https://standardschema.dev), which libraries for forms and servers take.

import { checkOptionsOf, textsWith } from "./form_options.js";
import { blocks, checked, type FailLevel, type FormEngine, unavailable, wording } from "./form_state.js";
import type { FormTexts, Messages } from "./form_texts.js";
import { fromPage, PageError, pageError } from "./page_code.js";
import { type Path, pathIn } from "./pointer_path.js";
import type { ContractOptions, Diagnostic } from "./types.js";

/** What a value is checked with. The other keys are those of `check`. */
export interface SchemaOptions<Value> extends ContractOptions {
  /** Returns the document. By default, a string is the document, and anything else is written as JSON. */
  toDocument?(value: Value): string | Promise<string>;
  /** Where a finding belongs in the value. By default, the place that its pointer leads to. */
  path?(diagnostic: Diagnostic, value: Value): Path;
  /** Whether a value is valid if the engine cannot be loaded: `allow`. By default it is not. */
  onUnavailable?: "block" | "allow";
  /** The lowest severity that makes a value invalid; `error` by default. */
  failLevel?: FailLevel;
  /** What an issue says, such as a translation. */
  messages?: Messages;
  /** What else an issue says. */
  texts?: Partial<FormTexts>;
}

/** One reason why a value is invalid. */
export interface SchemaIssue {
  readonly message: string;
  /** Where in the value; never empty, because some libraries drop an issue that has no place. */
  readonly path: Path;
}

/** The value as it was given, or what is wrong with it. */
export type SchemaResult<Value> =
  | { readonly value: Value; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** A Standard Schema, version 1. */
export interface StandardSchema<Value> {
  /** Loads the engine. After that, a document that is made at once is checked at once. */
  load(): Promise<void>;
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: "cxvars";
    /** Answers at once if it can, else by a promise. It neither throws nor rejects. */
    validate(value: unknown): SchemaResult<Value> | Promise<SchemaResult<Value>>;
    readonly types?: { readonly input: Value; readonly output: Value };
  };
}

/** Returns the function that makes schemas over an engine. */
export function standardSchemas(engine: FormEngine) {
  /**
   * Returns a Standard Schema for a value that is a document, or that a document is made of.
   *
   *     useForm({ resolver: standardSchemaResolver(standardSchema()) });
   */
  return function standardSchema<Value = unknown>(options: SchemaOptions<Value> = {}): StandardSchema<Value> {
    return {
      load: () => engine.start(checkOptionsOf(options)),
      "~standard": {
        version: 1,
        vendor: "cxvars",
        validate(value) {
          return guarded(options, value as Value, () => validate(engine, options, value as Value));
        },
      },
    };
  };
}

type Result<Value> = SchemaResult<Value> | Promise<SchemaResult<Value>>;

function validate<Value>(engine: FormEngine, options: SchemaOptions<Value>, value: Value): Result<Value> {
  const { toDocument } = options;
  const made = toDocument === undefined ? written(value) : fromPage("toDocument", () => toDocument(value), isDocument);
  if (typeof made === "string") return validateText(engine, options, value, made);
  return Promise.resolve(made).then(
    (text) =>
      guarded(options, value, () => {
        return validateText(
          engine,
          options,
          value,
          fromPage("toDocument", () => text, isText),
        );
      }),
    (error: unknown) => issue(options, value, error),
  );
}

function validateText<Value>(
  engine: FormEngine,
  options: SchemaOptions<Value>,
  value: Value,
  text: string,
): Result<Value> {
  const texts = textsWith(options.texts);
  const check = checkOptionsOf(options);
  const state = checked(engine, text, check, texts);
  if (state === null) {
    return engine.start(check).then(
      () => guarded(options, value, () => validateText(engine, options, value, text)),
      () => {
        if (options.onUnavailable === "allow") return { value };
        return { issues: [{ message: unavailable(texts).problem ?? "", path: pathIn(value, "") }] };
      },
    );
  }
  if (state.report === null) return { issues: [{ message: state.problem ?? "", path: pathIn(value, "") }] };
  const held = state.report.diagnostics.filter((found) => blocks(found, options.failLevel ?? "error"));
  if (held.length === 0) return { value };
  return {
    issues: held.map((diagnostic) => {
      const own = fromPage("path", () => options.path?.(diagnostic, value), isPathOrNothing);
      const path = own !== undefined && own.length > 0 ? own : pathIn(value, diagnostic.pointer);
      return { message: wording(diagnostic, options.messages), path };
    }),
  };
}

/** Whatever the page's functions throw makes the value invalid. */
function guarded<Value>(options: SchemaOptions<Value>, value: Value, run: () => Result<Value>): Result<Value> {
  try {
    return run();
  } catch (error) {
    return issue(options, value, error);
  }
}

function issue<Value>(options: SchemaOptions<Value>, value: Value, error: unknown): SchemaResult<Value> {
  const { where } = error instanceof PageError ? error : pageError("toDocument", error);
  return { issues: [{ message: textOfFault(options, where), path: pathIn(value, "") }] };
}

function textOfFault(options: { texts?: Partial<FormTexts> }, where: string): string {
  try {
    return textsWith(options.texts).pageError(where);
  } catch {
    return textsWith(undefined).pageError(where);
  }
}

/** A value such as `undefined` has no text in JSON, and is no document. */
function written(value: unknown): string {
  return fromPage("value", () => (typeof value === "string" ? value : (JSON.stringify(value) ?? "")), isText);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isDocument(value: unknown): value is string | PromiseLike<unknown> {
  return isText(value) || (typeof value === "object" && value !== null && "then" in value);
}

function isPathOrNothing(value: unknown): value is Path | undefined {
  return value === undefined || Array.isArray(value);
}
