// Finds the functions of a policy in a component: the core module in it, and which of the module's functions are lifted
// to which functions of the interfaces.
//
// It understands what the usual encoders make of one core module without imports, and refuses everything else. Where a
// function comes from, and its type, are followed to the end, so that no other function is run than in `cxvars`.

import type { Encoding } from "./abi.js";
import { malformed, Reader, Unusable } from "./binary.js";
import { type FunctionType, RULES, SETUP, type Type } from "./wit.js";

/** A function of a policy: the exports of the core module that it consists of. */
export interface Lifted {
  /** The core function. */
  core: string;
  type: FunctionType;
  encoding: Encoding;
  memory: string | undefined;
  realloc: string | undefined;
  /** The core function to call when the result has been read. */
  after: string | undefined;
}

/** The core module of a component, and its functions by their names in `policy.wit`. */
export interface Policy {
  module: Uint8Array;
  functions: Map<string, Lifted>;
  /** Whether it takes settings and the target of a document. */
  hasSetup: boolean;
}

/** Largest file, in bytes, as in `cxvars`. */
export const MAX_FILE_BYTES = 1 << 20;
/** Most inner components and instances, as in `cxvars`. */
const MAX_COMPONENTS = 4;
const MAX_INSTANCES = 16;

const CORE_MODULE = "\0asm\u0001\0\0\0";
const COMPONENT = "\0asm\r\0\u0001\0";

/** The numbers that the binary format gives to sorts of definitions. */
const Sort = { function: 1, type: 3, component: 4, instance: 5 } as const;

/** What a name stands for: its sort, and its index among those of the sort. */
type Named = Map<string, [number, number]>;

/**
 * Reads a component.
 *
 * @throws Unusable if it is not a policy, or not one of a known form.
 */
export function readPolicy(file: Uint8Array): Policy {
  if (file.length > MAX_FILE_BYTES) throw new Unusable("is too large: a plugin has at most 1 MiB");
  const start = String.fromCharCode(...file.subarray(0, 8));
  if (start === CORE_MODULE) {
    const help = "turn it into one, for example with `wasm-tools component new`";
    throw new Unusable(`is a core WebAssembly module, not a component; ${help}`);
  }
  if (start !== COMPONENT) throw new Unusable("is not a WebAssembly component");
  const component = new Component();
  for (const [kind, reader] of new Reader(file.subarray(8)).sections()) {
    component.section(kind, reader);
    if (kind !== Section.custom && kind !== Section.module && kind !== Section.component && !reader.isAtEnd) {
      throw malformed();
    }
  }
  return component.policy();
}

/** The sections of a component. */
const Section = {
  custom: 0,
  module: 1,
  coreInstance: 2,
  component: 4,
  instance: 5,
  alias: 6,
  type: 7,
  canonical: 8,
  import: 10,
  export: 11,
} as const;

class Component {
  #module: Uint8Array | undefined;
  #coreInstances = 0;
  readonly #coreFunctions: string[] = [];
  readonly #memories: string[] = [];
  readonly #types: (Type | FunctionType)[] = [];
  readonly #functions: Lifted[] = [];
  /** What each inner component exports, by what it imports: the name of an import for each export. */
  readonly #components: Map<string, string>[] = [];
  /** The functions of each instance. */
  readonly #instances: Map<string, Lifted>[] = [];
  readonly #exports = new Map<string, Map<string, Lifted>>();

  section(kind: number, reader: Reader): void {
    switch (kind) {
      case Section.custom:
        return;
      case Section.module:
        if (this.#module !== undefined) throw unknown("more than one module");
        this.#module = reader.rest();
        return;
      case Section.component:
        limit(this.#components.push(forwarded(reader)), MAX_COMPONENTS, "nested components");
        return;
      case Section.coreInstance:
        reader.list(() => this.#coreInstance(reader));
        return;
      case Section.instance:
        reader.list(() => limit(this.#instances.push(this.#instance(reader)), MAX_INSTANCES, "instances"));
        return;
      case Section.alias:
        reader.list(() => this.#alias(reader));
        return;
      case Section.type:
        reader.list(() => this.#types.push(this.#type(reader)));
        return;
      case Section.canonical:
        reader.list(() => this.#functions.push(this.#lifted(reader)));
        return;
      case Section.import:
        reader.list(() => refuseImport(reader));
        return;
      case Section.export:
        reader.list(() => this.#export(reader));
        return;
      default:
        throw unknown(`a section of kind ${kind}`);
    }
  }

  policy(): Policy {
    const rules = this.#interface("rules");
    if (rules === undefined) throw new Unusable("does not export `cxvars:validator/rules@1.1.0`");
    const setup = this.#interface("setup");
    const functions = new Map<string, Lifted>();
    for (const [name, exported, expected] of [
      ["rules", rules, RULES],
      ["setup", setup, SETUP],
    ] as const) {
      if (exported === undefined) continue;
      for (const [key, type] of Object.entries<FunctionType>(expected)) {
        const lifted = exported.get(key);
        if (lifted === undefined || !isSame(lifted.type, type)) {
          throw new Unusable(`exports \`cxvars:validator/${name}\`, but not as policy.wit describes it`);
        }
        functions.set(key, lifted);
      }
    }
    if (this.#module === undefined) throw unknown("no module");
    return { module: this.#module, functions, hasSetup: setup !== undefined };
  }

  /** What is exported under a name, with any version that is compatible. */
  #interface(name: string): Map<string, Lifted> | undefined {
    const versioned = new RegExp(`^cxvars:validator/${name}@1\\.\\d+\\.\\d+$`);
    const found = [...this.#exports].filter(([key]) => versioned.test(key));
    if (found.length > 1) throw unknown(`two versions of \`${name}\``);
    return found[0]?.[1];
  }

  #coreInstance(reader: Reader): void {
    const [how, module, parameters] = [reader.byte(), reader.number(), reader.number()];
    this.#coreInstances += 1;
    if (how !== 0 || module !== 0 || parameters !== 0 || this.#coreInstances > 1 || this.#module === undefined) {
      throw unknown("modules that are put together");
    }
  }

  #alias(reader: Reader): void {
    const sort = reader.byte();
    const coreSort = sort === 0 ? reader.byte() : undefined;
    const how = reader.byte();
    const list = coreSort === 0 ? this.#coreFunctions : coreSort === 2 ? this.#memories : undefined;
    // How 1: an export of a core instance, of which there is one.
    if (list === undefined || how !== 1 || reader.number() !== 0 || this.#coreInstances !== 1) {
      throw unknown("an alias");
    }
    list.push(reader.text());
  }

  #type(reader: Reader): Type | FunctionType {
    const form = reader.byte();
    const named = (): [string, Type] => [reader.text(), this.#valueType(reader)];
    switch (form) {
      case 0x40: {
        const parameters = reader.list(named);
        const hasResult = reader.byte() === 0;
        if (!hasResult && reader.byte() !== 0) throw malformed();
        return { parameters, result: hasResult ? this.#valueType(reader) : null };
      }
      case 0x72:
        return { record: reader.list(named) };
      case 0x71:
        return {
          variant: reader.list((): [string, Type | null] => {
            const one: [string, Type | null] = [reader.text(), this.#typeIfAny(reader)];
            if (reader.byte() !== 0) throw malformed();
            return one;
          }),
        };
      case 0x70:
        return { list: this.#valueType(reader) };
      case 0x6f:
        return { tuple: reader.list(() => this.#valueType(reader)) };
      case 0x6d:
        return { enum: reader.list(() => reader.text()) };
      case 0x6b:
        return { option: this.#valueType(reader) };
      case 0x6a:
        return { result: [this.#typeIfAny(reader), this.#typeIfAny(reader)] };
      default:
        return primitive(form);
    }
  }

  #typeIfAny(reader: Reader): Type | null {
    const has = reader.byte();
    if (has > 1) throw malformed();
    return has === 1 ? this.#valueType(reader) : null;
  }

  /** A type that is written here, or the index of one. The numbers of written types are negative in signed LEB128. */
  #valueType(reader: Reader): Type {
    const first = reader.peek();
    if (first >= 0x40 && first < 0x80) return primitive(reader.byte());
    const type = this.#types[reader.number()];
    if (type === undefined || (typeof type === "object" && "parameters" in type)) throw malformed();
    return type;
  }

  #lifted(reader: Reader): Lifted {
    if (reader.byte() !== 0 || reader.byte() !== 0) throw unknown("a canonical function");
    const core = among(this.#coreFunctions, reader.number());
    const options: Pick<Lifted, "encoding" | "memory" | "realloc" | "after"> = {
      encoding: "utf-8",
      memory: undefined,
      realloc: undefined,
      after: undefined,
    };
    reader.list(() => {
      const option = reader.byte();
      if (option === 3) options.memory = among(this.#memories, reader.number());
      else if (option === 4) options.realloc = among(this.#coreFunctions, reader.number());
      else if (option === 5) options.after = among(this.#coreFunctions, reader.number());
      else if (option <= 1) options.encoding = option === 0 ? "utf-8" : "utf-16le";
      else throw unknown("an option of a canonical function");
    });
    const type = among(this.#types, reader.number());
    if (typeof type !== "object" || !("parameters" in type)) throw malformed();
    return { core, type, ...options };
  }

  #instance(reader: Reader): Map<string, Lifted> {
    const how = reader.byte();
    if (how === 1) return this.#functionsOf(namedItems(reader));
    if (how !== 0) throw malformed();
    const component = among(this.#components, reader.number());
    const given = this.#functionsOf(namedItems(reader));
    const exported = new Map<string, Lifted>();
    for (const [name, source] of component) {
      const lifted = given.get(source);
      if (lifted === undefined) throw malformed();
      exported.set(name, lifted);
    }
    return exported;
  }

  #functionsOf(named: Named): Map<string, Lifted> {
    const functions = new Map<string, Lifted>();
    for (const [name, [sort, index]] of named) {
      if (sort === Sort.function) functions.set(name, among(this.#functions, index));
      else if (sort !== Sort.type) throw unknown("what an instance consists of");
    }
    return functions;
  }

  #export(reader: Reader): void {
    const name = externalName(reader);
    const [sort, index] = sortAndIndex(reader);
    if (reader.byte() !== 0) throw unknown("an export with a type of its own");
    if (sort !== Sort.instance) throw unknown(`the export \`${printable(name)}\``);
    const instance = among(this.#instances, index);
    if (this.#exports.has(name)) throw malformed();
    this.#exports.set(name, instance);
    // An export is an instance of its own, too.
    limit(this.#instances.push(instance), MAX_INSTANCES, "instances");
  }
}

/** Whether a type is the expected one. The types of a file can be nested, so that writing them out would never end. */
function isSame(found: unknown, expected: unknown): boolean {
  if (typeof expected !== "object" || expected === null) return found === expected;
  if (typeof found !== "object" || found === null) return false;
  const [keys, others] = [Object.keys(expected), Object.keys(found)];
  const at = (value: object, key: string) => (value as Record<string, unknown>)[key];
  return (
    keys.length === others.length && keys.every((key) => key in found && isSame(at(found, key), at(expected, key)))
  );
}

/** What a component of the usual encoders does around an interface: it exports under other names what it imports. */
function forwarded(reader: Reader): Map<string, string> {
  if (String.fromCharCode(...reader.take(8)) !== COMPONENT) throw malformed();
  const functions: string[] = [];
  const exports = new Map<string, string>();
  for (const [kind, content] of reader.sections()) {
    if (kind === Section.custom || kind === Section.type) continue;
    if (kind === Section.import) {
      content.list(() => {
        const name = externalName(content);
        if (externalType(content) === Sort.function) functions.push(name);
      });
    } else if (kind === Section.export) {
      content.list(() => {
        const name = externalName(content);
        const [sort, index] = sortAndIndex(content);
        if (content.byte() !== 0) externalType(content);
        if (sort !== Sort.function) return;
        const source = among(functions, index);
        if (exports.has(name)) throw malformed();
        functions.push(source);
        exports.set(name, source);
      });
    } else throw unknown(`an inner component with a section of kind ${kind}`);
    if (!content.isAtEnd) throw malformed();
  }
  return exports;
}

function namedItems(reader: Reader): Named {
  const items = reader.list(() => [reader.text(), sortAndIndex(reader)] as const);
  const named: Named = new Map(items);
  if (named.size < items.length) throw malformed();
  return named;
}

function sortAndIndex(reader: Reader): [number, number] {
  const sort = reader.byte();
  if (sort === 0) throw unknown("a core definition between components");
  return [sort, reader.number()];
}

/** Names of imports and exports begin with a byte that says nothing more, except 2, after which there are options. */
function externalName(reader: Reader): string {
  if (reader.byte() > 1) throw unknown("a name with options");
  return reader.text();
}

/** Reads the type of an import or export within an inner component. Returns its sort. */
function externalType(reader: Reader): number {
  const sort = reader.byte();
  if (sort === Sort.function) reader.number();
  else if (sort === Sort.type) {
    // Equal to another type.
    if (reader.byte() !== 0) throw unknown("an abstract type");
    reader.number();
  } else throw unknown("an inner component");
  return sort;
}

function refuseImport(reader: Reader): never {
  const name = printable(externalName(reader));
  const why = "a policy imports nothing, so that it reaches neither files nor network nor clock";
  throw new Unusable(`imports \`${name}\`; ${why}`);
}

function primitive(form: number): Type {
  const types: Record<number, Type> = { 127: "bool", 121: "u32", 120: "s64", 117: "f64", 115: "string" };
  const type = types[form];
  if (type === undefined) throw new Unusable("has a type that policy.wit does not have");
  return type;
}

function among<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw malformed();
  return item;
}

function limit(count: number, most: number, what: string): void {
  if (count > most) throw new Unusable(`takes too long to compile: it has more than ${most} ${what}`);
}

function unknown(what: string): Unusable {
  const help = "build it from one core module without imports, or check with cxvars";
  return new Unusable(`is a component of a form that only cxvars runs: it has ${what}; ${help}`);
}

/** A text on one line, without what could be mistaken for a message of the program. */
export function printable(text: string): string {
  const line = text.split(/\s+/u).filter(Boolean).join(" ");
  const escaped = (letter: string) => `\\u{${letter.codePointAt(0)!.toString(16)}}`;
  return Array.from(line)
    .slice(0, 1000)
    .join("")
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped);
}
