// Documents and findings in memory. Their layout follows from wit/policy.wit by the canonical ABI of the component
// model, with strings in UTF-16, as AssemblyScript has them. A policy lives for one document, so it never frees memory.

import { Settings } from "./settings";

export enum Severity {
  Warning,
  Error,
}
export enum VariableType {
  String,
  Integer,
  Boolean,
  Object,
  None = -1,
}
export enum Scope {
  Global,
  Template,
  Action,
  None = -1,
}
export enum ValueSource {
  Inline,
  Env,
  File,
  Param,
  Command,
  Vault,
  Missing,
}
export enum LengthClass {
  Empty,
  Under8,
  Under16,
  Under32,
  Under64,
  Under256,
  Longer,
}
export enum EntropyClass {
  Ordinary,
  Random,
}
export enum PrefixClass {
  Other,
  HttpsUrl,
  HttpUrl,
  Url,
  Credential,
}
export enum SettingType {
  String,
  Integer,
  Float,
  Boolean,
  Strings,
}
export enum Field {
  Name,
  Type,
  Value,
  Encrypted,
  Scope,
}

/** What is wrong with a variable. */
export class Problem {
  constructor(
    public field: Field,
    public message: string,
    public help: string,
  ) {}
}

export class Rule {
  constructor(
    public code: string,
    public name: string,
    public severity: Severity,
    public summary: string,
    public check: (context: Context, document: Document, variable: Variable) => Problem | null,
  ) {}
}

/** What the policy was told before `check`. */
export class Context {
  constructor(
    public settings: Settings,
    /** The id of the action that the document is for. */
    public action: string | null = null,
    public alias: string | null = null,
    /** The path of the document from the folder of cxvars.toml. */
    public path: string | null = null,
  ) {}
}

/** A setting. Which of its values means something depends on its type. */
export class Setting {
  constructor(private at: usize) {}

  get key(): string {
    return textAt(this.at);
  }
  get type(): SettingType {
    return load<u8>(this.at, 8);
  }
  get text(): string {
    return textAt(this.at + 16);
  }
  get integer(): i64 {
    return load<i64>(this.at, 16);
  }
  get float(): f64 {
    return load<f64>(this.at, 16);
  }
  get boolean(): bool {
    return load<bool>(this.at, 16);
  }
  get texts(): Array<string> {
    const list = load<usize>(this.at, 16);
    const texts: Array<string> = [];
    for (let index = 0; index < load<i32>(this.at, 20); index++) texts.push(textAt(list + 8 * <usize>index));
    return texts;
  }
}

const SETTING: usize = 24;

/** The settings of a list in memory. */
export function settingsAt(list: usize, count: i32): Array<Setting> {
  const settings: Array<Setting> = [];
  for (let index = 0; index < count; index++) settings.push(new Setting(list + SETTING * <usize>index));
  return settings;
}

/** The answer of `configure`: null if the settings are accepted, else what is wrong with them. */
export function answer(problem: string | null): usize {
  const at = heap.alloc(12);
  store<u8>(at, problem === null ? 0 : 1);
  if (problem !== null) putText(at + 4, problem);
  return at;
}

function textAt(at: usize): string {
  return String.UTF16.decodeUnsafe(load<usize>(at), (<usize>load<i32>(at, 4)) << 1);
}

export function text(has: i32, at: usize, length: i32): string | null {
  return has ? String.UTF16.decodeUnsafe(at, (<usize>length) << 1) : null;
}

const VARIABLE: usize = 36;

export class Document {
  environment: string | null;
  dataAction: string | null;

  constructor(
    hasEnvironment: i32,
    environment: usize,
    environmentLength: i32,
    hasDataAction: i32,
    dataAction: usize,
    dataActionLength: i32,
    public parentScope: Scope,
    private variables: usize,
    public count: i32,
  ) {
    this.environment = text(hasEnvironment, environment, environmentLength);
    this.dataAction = text(hasDataAction, dataAction, dataActionLength);
  }

  variable(index: i32): Variable {
    return new Variable(this.variables + <usize>index * VARIABLE);
  }
}

export class Variable {
  constructor(private at: usize) {}

  get name(): string | null {
    return text(load<u8>(this.at), load<usize>(this.at, 4), load<i32>(this.at, 8));
  }
  get type(): VariableType {
    return load<u8>(this.at, 12) ? load<u8>(this.at, 13) : VariableType.None;
  }
  get scope(): Scope {
    return load<u8>(this.at, 14) ? load<u8>(this.at, 15) : Scope.None;
  }
  get encrypted(): bool {
    return load<bool>(this.at, 16);
  }
  get absent(): bool {
    return load<bool>(this.at, 17);
  }
  get hasSecretVersion(): bool {
    return load<bool>(this.at, 18);
  }
  get source(): ValueSource {
    return load<u8>(this.at, 19);
  }
  /** Whether the classes of its value are known. If they are not, `length`, `entropy` and `prefix` mean nothing. */
  get hasValue(): bool {
    return load<bool>(this.at, 20);
  }
  get length(): LengthClass {
    return load<u8>(this.at, 21);
  }
  get entropy(): EntropyClass {
    return load<u8>(this.at, 22);
  }
  get prefix(): PrefixClass {
    return load<u8>(this.at, 23);
  }
  get contract(): string | null {
    return text(load<u8>(this.at, 24), load<usize>(this.at, 28), load<i32>(this.at, 32));
  }
}

const FINDING: usize = 40;

export class Findings {
  private parts: Array<usize> = [];

  /** Adds a finding at a field of a variable. */
  add(code: string, index: i32, problem: Problem): void {
    const at = heap.alloc(FINDING);
    putText(at, code);
    store<u8>(at, 2, 8);
    store<i32>(at, index, 12);
    store<u8>(at, problem.field, 16);
    putText(at + 20, problem.message);
    store<u8>(at, 1, 28);
    putText(at + 32, problem.help);
    this.parts.push(at);
  }

  list(): usize {
    const items = heap.alloc(FINDING * <usize>this.parts.length);
    for (let index = 0; index < this.parts.length; index++) {
      memory.copy(items + FINDING * <usize>index, this.parts[index], FINDING);
    }
    return pair(items, this.parts.length);
  }
}

const RULE: usize = 28;

export function describeAs(name: string, version: string, rules: Array<Rule>): usize {
  const items = heap.alloc(RULE * <usize>rules.length);
  for (let index = 0; index < rules.length; index++) {
    const at = items + RULE * <usize>index;
    putText(at, rules[index].code);
    putText(at + 8, rules[index].name);
    store<u8>(at, rules[index].severity, 16);
    putText(at + 20, rules[index].summary);
  }
  const at = heap.alloc(24);
  putText(at, name);
  putText(at + 8, version);
  store<usize>(at, items, 16);
  store<i32>(at, rules.length, 20);
  return at;
}

function putText(at: usize, text: string): void {
  store<usize>(at, changetype<usize>(text));
  store<i32>(at, text.length, 4);
}

function pair(first: usize, second: i32): usize {
  const at = heap.alloc(8);
  store<usize>(at, first);
  store<i32>(at, second, 4);
  return at;
}

/** Allocates memory for what the host passes to the policy. */
export function cabi_realloc(old: usize, oldSize: usize, align: usize, size: usize): usize {
  const at = heap.alloc(size);
  if (old) memory.copy(at, old, oldSize);
  return at;
}

/** AssemblyScript calls this on an error. It ends the policy, and with it the update. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  unreachable();
}
