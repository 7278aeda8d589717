/** A text, or its bytes in UTF-8. */
export type Input = string | Uint8Array;

/** How a text is read. */
export type Format = "json" | "jsonc" | "yaml" | "env";

/** How bad a finding is: errors keep a document from being sent. */
export type Severity = "error" | "warning";

/** The scopes of variables, from wide to narrow. */
export type Scope = "global" | "template" | "action";

/** The keys of `[validate]`, `[[ignore]]` and `[contracts]` in `cxvars.toml`; what is left out has the same default. */
export interface CheckOptions {
  /** How the text is read. Without it the ending of `filename` decides, else it is JSON. */
  format?: "json" | "jsonc" | "yaml" | "env";
  /** Name of the document, for the report. */
  filename?: string;
  /**
   * The text of a `cxvars.toml`, in Node and in `/full` and `/contracts`; the smallest build does not read it. What is
   * given beside it goes before it, and the files that `[contracts]` names are not read.
   */
  config?: string;
  /**
   * The scope of the level above, which no variable may exceed. It counts where neither `--parent-scope` nor the
   * document itself says anything.
   * Default: `"action"`.
   */
  parent_scope?: "global" | "template" | "action";
  /**
   * Most variables of a document.
   * Default: `50`.
   */
  max_variables?: number;
  /**
   * Longest document, in bytes of UTF-8.
   * Default: `1048576`.
   */
  max_bytes?: number;
  /**
   * Deepest nesting of arrays and objects.
   * Default: `64`.
   */
  max_depth?: number;
  /**
   * A regular expression that every name has to match as a whole, beside what the service asks of names (CX101).
   * Default: any name that the service takes.
   */
  name_pattern?: string;
  /**
   * Variables whose value may be empty (CX207).
   * Default: `[]`.
   */
  allow_empty?: readonly string[];
  /**
   * Severities that replace the rules' own, by code. Findings of a rule that is `off` are not shown at all.
   * Default: the severity of each rule.
   */
  severity?: Readonly<Record<string, "error" | "warning" | "off">>;
  /** Findings to live with. */
  ignore?: readonly Ignore[];
  /** The day on which an ignore has expired or not, such as `2027-01-31`; today's date in UTC. */
  today?: string;
  /** Names of the parameters that each environment defines. */
  params?: Readonly<Record<string, readonly string[]>>;
}

/** What `@cxvars/validator/contracts` takes in addition. */
export interface ContractOptions extends CheckOptions {
  /** JSON Schemas as texts, by the variable of type object whose value has to satisfy them. */
  contracts?: Readonly<Record<string, string>>;
}

/** A decision to live with a finding. */
export interface Ignore {
  /** Code of the rule. CX001 and CX006, which say that a document cannot be read, cannot be silenced. */
  code: string;
  /**
   * The variable it is for.
   * Default: every place of the document.
   */
  variable?: string;
  /** Why. */
  reason: string;
  /**
   * The last day on which it counts, in UTC.
   * Default: it does not expire.
   */
  expires?: string;
  /**
   * The documents it is for: a glob of the path from the project's folder, with `/` between its parts. `*` and `?` stay
   * within a part, `**` goes below; `[a-z]`, `[!a-z]` and `{a,b}` choose.
   * Default: every document.
   */
  path?: string;
}

/** The findings of one document. Offsets and columns count UTF-16 code units, as JavaScript's strings do. */
export interface FileReport {
  /** The `filename` that was given, or an empty text. */
  path: string;
  /** In the order of the text; of very many the first ones. */
  diagnostics: Diagnostic[];
  /** How many others there are; the key stands only where there are some. */
  not_shown?: number;
}

/** One finding. No part of it holds the value of a variable. */
export interface Diagnostic {
  /** Code of the rule, such as `CX103`. */
  code: string;
  /** Name of the rule, such as `key-collision`. */
  name: string;
  severity: Severity;
  /** What is wrong. */
  message: string;
  /** The way out. */
  help: string | null;
  /** JSON Pointer (RFC 6901). */
  pointer: string;
  range: Range;
  /** Other places that belong to it. */
  related: Related[];
  /** Ways to mend it. */
  fixes: Fix[];
  /** The parts of the message, for translations. */
  params: Record<string, string>;
}

/** From the first character to behind the last. */
export interface Range {
  start: Place;
  end: Place;
}

/** A place in a text. */
export interface Place {
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  /** From 0. */
  offset: number;
}

/** Another place that belongs to a finding. */
export interface Related {
  message: string;
  range: Range;
}

/** A way to mend a finding. */
export interface Fix {
  /** What applying it does. */
  message: string;
  /** Whether it may be applied unseen. */
  applicability: "safe" | "unsafe" | "display-only";
  edits: Edit[];
}

/** A replacement of the text from `start` to `end`. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** A part of a text, in UTF-16 code units. */
export interface TextRange {
  start: number;
  end: number;
}

/** Where the variables of a document stand. */
export interface Outline {
  /** The list of variables, its brackets included. */
  list: TextRange | null;
  variables: OutlineRow[];
  /** Whether all of the text was read. */
  is_whole: boolean;
}

/** One variable. */
export interface OutlineRow extends TextRange {
  /** In the order of the text; of a key that stands there twice the first. */
  fields: OutlineField[];
}

/** One field, as it is written; `text` is what that means. */
export interface OutlineField extends TextRange {
  key: string;
  text: string;
}

/** A rule in the list of all. */
export interface Rule {
  code: string;
  name: string;
  severity: Severity;
  /** When it fires, in a sentence. */
  summary: string;
}

/** What may be chosen about a plan. */
export interface PlanOptions extends CheckOptions {
  /** The action's id, for the digest. */
  action?: string;
  /** Stored variables to delete: all that the manifest does not have, or these. */
  prune?: boolean | readonly string[];
  /** Sends the update although nothing differs. */
  force?: boolean;
  /** Most variables that may be deleted. */
  max_deletes?: number;
  /** What the service does with values of encrypted variables; `refuse`. */
  encrypted_roundtrip?: "refuse" | "mask-keeps" | "echo";
}

/** What an update would do, by the names of the variables. */
export interface Changes {
  create: string[];
  update: string[];
  delete: string[];
  same: string[];
  /** Masked values, which cannot be compared; the update sends them. */
  unknown: string[];
  carried_over: string[];
}

/** What an update would do. */
export interface PlanReport {
  version: 1;
  action: string;
  /** Findings of the manifest. */
  diagnostics: Diagnostic[];
  /** Why there is no plan: the manifest has errors, or the answer is not that of a Data Action. */
  error: string | null;
  changes_pending: boolean;
  changes: Changes;
  /** Why each variable is where it is. */
  reasons: { name: string; change: keyof Changes; reason: string }[];
  /** What keeps the update from being sent. */
  blocked: { name: string; reason: string }[];
  /** SHA-256 of what would change; nothing in it is derived from a value. Null where there is no plan. */
  digest: string | null;
}

/** A checkpoint to hold an audit log against. */
export interface AuditOptions {
  /** The text of the checkpoint. */
  checkpoint?: string;
  /** The public key that signed it, in PEM. */
  publicKey?: string;
}

/** What checking an audit log came to. */
export interface AuditReport {
  version: 1;
  /** `intact`: every line holds. `anchored`: and the log has what the checkpoint signed. */
  status: "broken" | "intact" | "anchored";
  /** How many records hold, up to the first that does not. */
  records: number;
  first_bad: { file: string | null; line: number; reason: string } | null;
  heads: { file: string | null; seq: number; hash: string }[];
}

/** Latencies without the waits, in milliseconds; null without any. */
export interface Percentiles {
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** How well registrations went. */
export interface Metrics {
  success_count: number;
  failure_count: number;
  /** Per cent; null where nothing was to be encrypted. */
  encryption_success_rate: number | null;
  avg_latency_ms: number | null;
  latency_ms: Percentiles;
  attempts: number;
  retries: Record<string, number>;
}

/** The metrics of an audit log. */
export interface Summary extends Metrics {
  version: 1;
  targets: Record<string, Metrics>;
}
