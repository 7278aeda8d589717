// The types of the package.

/** A text, or its bytes in UTF-8. */
export type Input = string | Uint8Array;

/** How a text is read. */
export type Format = "json" | "jsonc" | "yaml" | "env";

/**
 * A part of the engine that pages load when they first need it: a format, `fixAll` (`fixes`), `explain` and `rules`
 * (`docs`), the options `config` and `name_pattern` (`patterns`), `isForeign` (`foreign`), `plan`, and audit logs. In
 * Node everything is there at once.
 */
export type Part = "yaml" | "env" | "fixes" | "docs" | "config" | "patterns" | "foreign" | "plan" | "audit";

/**
 * What the engine is started from: the URL of its file, a response or the promise of one, bytes, or a compiled module.
 * The type names no class of browsers, so that compilers without their library accept it.
 */
export type WasmSource = string | object;

/** How bad a finding is. A document with errors is not sent. */
export type Severity = "error" | "warning";

/** The scopes of variables, from wide to narrow. */
export type Scope = "global" | "template" | "action";

/** The keys of `[validate]` and `[[ignore]]` in `cxvars.toml`, with the same defaults. */
export interface CheckOptions {
  /** The format of the text. By default the extension of `filename` decides, else it is JSON. */
  format?: "json" | "jsonc" | "yaml" | "env";
  /** The name of the document, for the report. */
  filename?: string;
  /**
   * The text of a `cxvars.toml`. Pages `load("config")` first. Other options take precedence over it. The files that it
   * names, in `extends` and `[contracts]`, are not read.
   */
  config?: string;
  /**
   * The scope of the level above. No variable may have a wider scope. It applies if neither `--parent-scope` nor the
   * document sets one.
   * Default: `"action"`.
   */
  parent_scope?: "global" | "template" | "action";
  /**
   * The maximum number of variables in a document.
   * Default: `50`.
   */
  max_variables?: number;
  /**
   * The maximum size of a document, in bytes of UTF-8.
   * Default: `1048576`.
   */
  max_bytes?: number;
  /**
   * The maximum nesting depth of arrays and objects.
   * Default: `64`.
   */
  max_depth?: number;
  /**
   * A regular expression that every name must match as a whole, in addition to the service's own rules (CX101).
   * Default: any name that the service accepts.
   */
  name_pattern?: string;
  /**
   * Variables whose value may be empty (CX207).
   * Default: `[]`.
   */
  allow_empty?: readonly string[];
  /**
   * Severities that replace the rules' own, by code. `off` hides a rule's findings. A finding that keeps a document
   * from being read is an error all the same.
   * Default: the severity of each rule.
   */
  severity?: Readonly<Record<string, "error" | "warning" | "off">>;
  /** Findings that are accepted. */
  ignore?: readonly Ignore[];
  /**
   * Rules of your own. They are checked by the part `config`; of two rules with the same code, that of `rule` counts
   * before that of `config`.
   */
  rule?: readonly CustomRule[];
  /** The chosen environment, for rules of your own. */
  environment?: string;
  /**
   * The action that the document is for, by its alias or id, for rules of your own. By default, it is that of the
   * document.
   */
  action?: string;
  /** The day that decides whether an ignore has expired, such as `2027-01-31`; today in UTC by default. */
  today?: string;
  /** The names of the parameters that each environment defines. */
  params?: Readonly<Record<string, readonly string[]>>;
}

/** The options of `@cxvars/validator/contracts`, which add `[contracts]`. */
export interface ContractOptions extends CheckOptions {
  /**
   * JSON Schemas as texts, by the name of the variable. Its type has to be object, and its value has to satisfy the
   * schema.
   */
  contracts?: Readonly<Record<string, string>>;
}

/** One value or a list of them. */
export type OneOrMore<T> = T | readonly T[];

/** A rule of your own: `[[rule]]`. It has one of `require`, `forbid` and `document`. */
export interface CustomRule {
  /** The code of its findings: `TR` and three digits. */
  code: string;
  /** What its findings say, on one line. The name of the variable is put in front of it. */
  message: string;
  /**
   * The severity of its findings.
   * Default: `"error"`.
   */
  severity?: "error" | "warning";
  /**
   * What to do about a finding, on one line.
   * Default: none.
   */
  help?: string;
  /**
   * A page about the rule, which reports and editors link to.
   * Default: none.
   */
  url?: string;
  /**
   * When the rule applies; in a rule with `document`, which variables count.
   * Default: always.
   */
  when?: CustomRuleWhen;
  /**
   * What has to hold of each variable.
   * Default: nothing.
   */
  require?: CustomRuleWhen;
  /**
   * What must not hold of any variable.
   * Default: nothing.
   */
  forbid?: CustomRuleWhen;
  /** What is asked of the document as a whole. */
  document?: CustomRuleDocument;
  /**
   * The name that replaces a forbidden one. Findings get a fix that renames the variable; it is unsafe, because others
   * may use the old name.
   * Default: none.
   */
  rename_to?: string;
  /**
   * Examples for `cxvars rule test` with one mistake that the rule finds: each is the text of a document or of a single
   * variable, or the path of a file.
   * Default: none.
   */
  fires?: OneOrMore<string | CustomRuleFires>;
  /**
   * Examples for `cxvars rule test` in which the rule finds nothing.
   * Default: none.
   */
  passes?: OneOrMore<string | CustomRuleFires>;
}

/** A condition. All of its keys have to hold; a list means one of its entries. */
export interface CustomRuleWhen {
  /**
   * The chosen environment: a glob, in which `*` is any number of characters and `?` is one. Unknown if none was
   * chosen.
   */
  env?: OneOrMore<string>;
  /**
   * The action that the document is for, by its alias or its id: a glob. It is the one of the command line, else
   * `data_action` of the document; unknown if there is neither.
   */
  action?: OneOrMore<string>;
  /** The path of the document: a glob, as in `[[ignore]] path`. Unknown for a text without a path. */
  path?: OneOrMore<string>;
  /** The variable's name: a glob. */
  name?: OneOrMore<string>;
  /** The variable's name: a regular expression that matches it as a whole. */
  name_re?: OneOrMore<string>;
  /** Its type. */
  type?: OneOrMore<"string" | "integer" | "boolean" | "object">;
  /** Its scope; `action` if it has none. */
  scope?: OneOrMore<"global" | "template" | "action">;
  /** Whether it is encrypted. */
  encrypted?: boolean;
  /** Where its value comes from. */
  source?: OneOrMore<"inline" | "env" | "file" | "param" | "command" | "vault">;
  /** What its value is. Unknown if the value is not at hand. */
  value?: OneOrMore<"empty" | "url-https" | "url-http" | "url" | "integer" | "boolean" | "credential" | "random">;
  /** Its value has at least this many characters: 1, 8, 16, 32, 64 or 256. */
  min_length?: 1 | 8 | 16 | 32 | 64 | 256;
  /** Its value has at most this many characters: 0, 7, 15, 31, 63 or 255. */
  max_length?: 0 | 7 | 15 | 31 | 63 | 255;
  /** Whether `[contracts]` names a schema for it. */
  contract?: boolean;
  /** Whether it has a `secret_version`. */
  secret_version?: boolean;
  /** `absent` for a variable that is to be removed. A rule that does not ask for it judges only the others. */
  state?: "present" | "absent";
  /** A condition that must not hold. */
  not?: CustomRuleWhen;
}

/** What a rule asks of a document as a whole. */
export interface CustomRuleDocument {
  /** Names of variables that the document has to have. */
  require_names?: readonly string[];
  /** The most variables that it may have. */
  max_variables?: number;
  /**
   * Whether no two variables may have the same value. Empty values do not count.
   * Default: `false`.
   */
  unique_values?: boolean;
}

/** An example of a rule, for `cxvars rule test`. */
export interface CustomRuleFires {
  /**
   * The text of a document or of a single variable, in JSON or YAML; or the path of a file, from the folder of the
   * configuration.
   */
  document: string;
  /** The chosen environment. */
  env?: string;
  /** The action. */
  action?: string;
  /** The path of the document. */
  path?: string;
}

/** A decision to accept a finding. */
export interface Ignore {
  /**
   * The code of the rule. CX001 and CX006 cannot be silenced, because they mean that the document cannot be read. A
   * finding that keeps a document from being sent, such as CX005, stays as well.
   */
  code: string;
  /**
   * The variable to which it applies.
   * Default: the whole document.
   */
  variable?: string;
  /** Why the finding is accepted. */
  reason: string;
  /**
   * The last day on which it applies, in UTC.
   * Default: it does not expire.
   */
  expires?: string;
  /**
   * The documents to which it applies: a glob for the path from the project's folder, with `/` as separator. `*` and
   * `?` match within one part of the path, `**` across parts; `[a-z]`, `[!a-z]` and `{a,b}` are supported.
   * Default: every document.
   */
  path?: string;
}

/** The findings of one document. Offsets and columns count UTF-16 code units, as JavaScript's strings do. */
export interface FileReport {
  /** The `filename` that was given, or an empty text. */
  path: string;
  /** In the order of the text. If there are very many, only the first ones. */
  diagnostics: Diagnostic[];
  /** The number of findings that were left out; the key is only there if there are some. */
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
  /** What to do. */
  help: string | null;
  /** JSON Pointer (RFC 6901). */
  pointer: string;
  /** The name of the variable that the finding is about, if it is known. */
  variable: string | null;
  range: Range;
  /** Other places that belong to the finding. */
  related: Related[];
  /** Ways to fix it. */
  fixes: Fix[];
  /** The parts of the message, for translations. */
  params: Record<string, string>;
}

/** From the first character to just after the last. */
export interface Range {
  start: Place;
  end: Place;
}

/** A place in a text. */
export interface Place {
  /** Counts from 1. */
  line: number;
  /** Counts from 1. */
  column: number;
  /** Counts from 0. */
  offset: number;
}

/** Another place that belongs to a finding. */
export interface Related {
  message: string;
  range: Range;
}

/** A way to fix a finding. */
export interface Fix {
  /** What it does, as a command: "quote the value". */
  message: string;
  /** `safe` keeps the meaning and may be applied unseen. `display-only` is a suggestion that cannot be applied. */
  applicability: "safe" | "unsafe" | "display-only";
  edits: Edit[];
}

/** The options of `fixAll`. */
export interface FixOptions {
  /** Also applies unsafe fixes, which may change the meaning. */
  unsafe?: boolean;
}

/** A text after its fixes. */
export interface Fixed<Text extends string | null = string> {
  /** The text; as it was given if nothing was applied. Null if the input was bytes that are not UTF-8. */
  text: Text;
  /** The fixes that were applied, in order. */
  applied: AppliedFix[];
  /** The fixes of the wanted kind that were not applied, with the reason for each. */
  left_out: LeftOutFix[];
  /** The findings of the text as it is now. */
  report: FileReport;
}

/** A fix that was applied. */
export interface AppliedFix {
  /** Code of the rule whose finding was fixed. */
  code: string;
  /** What was done, as a command: "quote the value". */
  message: string;
  /** The line, counted from 1 in the text as it was when the fix was applied. */
  line: number;
}

/** A fix that was not applied. */
export interface LeftOutFix {
  /** Code of the rule whose finding it would fix. */
  code: string;
  /** What it would do, as a command: "quote the value". */
  message: string;
  /** The line, counted from 1 in the text after all fixes. */
  line: number;
  /** Why it was not applied: "it would lead to the error CX203". */
  reason: string;
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

/** Where the variables of a document are. */
export interface Outline {
  /** The list of variables, its brackets included. */
  list: TextRange | null;
  variables: OutlineRow[];
  /** Whether the text could be read to its end. */
  is_whole: boolean;
}

/** One variable. */
export interface OutlineRow extends TextRange {
  /** In the order of the text. If a key is there twice, only the first one. */
  fields: OutlineField[];
}

/** One field: the range of its value as it is written, and in `text` what that means. */
export interface OutlineField extends TextRange {
  key: string;
  text: string;
}

/** A document in another form. */
export interface Converted {
  /** The text; null if it was refused. */
  text: string | null;
  /** What could not be kept or has to be known, a sentence each. They hold no values. */
  notes: string[];
  /** Why there is no text; null if there is one. */
  refused: string | null;
}

/** A rule in the list of all. */
export interface Rule {
  code: string;
  name: string;
  severity: Severity;
  /** When it fires, in a sentence. */
  summary: string;
}

/** The options of `plan`. */
export interface PlanOptions extends CheckOptions {
  /** The action's id, for the digest. */
  action?: string;
  /** Stored variables to delete: `true` for all that the manifest does not have, or their names. */
  prune?: boolean | readonly string[];
  /** Plans an update even if nothing differs. */
  force?: boolean;
  /** Most variables that may be deleted. */
  max_deletes?: number;
  /** What the service does with the values of encrypted variables; `refuse` by default. */
  encrypted_roundtrip?: "refuse" | "mask-keeps" | "echo";
}

/** What an update would do with each variable, by name. */
export interface Changes {
  create: string[];
  update: string[];
  delete: string[];
  same: string[];
  /** Variables whose stored value is masked, so it cannot be compared; the update sends them. */
  unknown: string[];
  carried_over: string[];
}

/** What an update would do. */
export interface PlanReport {
  version: 1;
  action: string;
  /** Findings of the manifest. */
  diagnostics: Diagnostic[];
  /** Why there is no plan: the manifest has errors, or the answer is not a Data Action. */
  error: string | null;
  changes_pending: boolean;
  changes: Changes;
  /** Why each variable is in its list. */
  reasons: { name: string; change: keyof Changes; reason: string }[];
  /** What prevents the update. */
  blocked: { name: string; reason: string }[];
  /** SHA-256 of what would change. No value enters it. Null if there is no plan. */
  digest: string | null;
}

/** A file of an audit log. */
export interface AuditFile {
  name: string;
  content: Input;
}

/** How an audit log is checked. */
export interface AuditOptions {
  /**
   * How several files are linked: one chain over all files, or one for each file, as in a folder of segments.
   * Default: `"chain"`.
   */
  layout?: "chain" | "segments";
  /** The text of the checkpoint. */
  checkpoint?: string;
  /** The public key that signed it, in PEM. */
  publicKey?: string;
}

/** The result of checking an audit log. */
export interface AuditReport {
  version: 1;
  /** `intact`: every line is right. `anchored`: the log also has everything that the checkpoint signed. */
  status: "broken" | "intact" | "anchored";
  /** The number of records that are right, up to the first that is not. */
  records: number;
  first_bad: { file: string | null; line: number; reason: string } | null;
  heads: { file: string | null; seq: number; hash: string }[];
}

/** Latencies without the waits, in milliseconds; null if there are none. */
export interface Percentiles {
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** How well registrations went. */
export interface Metrics {
  success_count: number;
  failure_count: number;
  /** In per cent; null if nothing had to be encrypted. */
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

/** What is said of a place in a configuration. Line and column count from 1; they are null where there is no place. */
export interface ConfigurationRemark {
  path: string | null;
  line: number | null;
  column: number | null;
  message: string;
}

/** The configurations of a project. */
export interface ConfigurationReport {
  /** Why a configuration cannot be used. Its documents are then not checked. */
  problems: ConfigurationRemark[];
  /** The ignores that have expired or silence nothing. */
  ignores: ConfigurationRemark[];
  /** The policies that are in force, and those that cannot be used. */
  policies: PolicyReport[];
}

/** A policy that a configuration names. */
export interface PolicyReport {
  /** The configuration. */
  configuration: string;
  /** The policy's file. */
  file: string;
  /** Its name and its version; null if it is not in force. */
  name: string | null;
  version: string | null;
  /** Why it is not in force. No policy of the same configuration is then. */
  problem: string | null;
}
