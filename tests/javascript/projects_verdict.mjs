// The normal form of what a face of cxvars says about a project: the same for the command line, the language server, VS
// Code and the page. Runs in Node and in browsers.
//
// A verdict is `{ documents, ignores, problems }`:
// - `documents`: by path from the project's folder, the findings of each checked document. A finding has `code`,
//   `severity`, `at`, `message`, `help`, `related` (`[at, message]`) and `fixes` (`message`, `applicability`, `edits`
//   of `[at, text]`).
// - `ignores`: what is said of `[[ignore]]` that expired or silence nothing, as `[path, line, message]`.
// - `problems`: why a configuration cannot be used, as `{ path, at, message }`. Its documents are then not checked.
//   `at` is where the mistake begins. `path` and `at` are null for a problem without a place.
// A place is `line:column`, or `line:column-line:column` where it has an end, from 0, in UTF-16 code units; lines end
// as the Language Server Protocol says. A byte order mark is not a column. Fixes that are only shown are left out,
// because editors do not offer them.

/** What was found, in its normal order. */
export function verdict({ documents, ignores, problems }) {
  return {
    documents: Object.fromEntries(
      Object.entries(documents)
        .sort(byPath)
        .map(([path, found]) => [path, sorted(found)]),
    ),
    ignores: sorted(ignores),
    problems: sorted(problems),
  };
}

/** One line for a project, the same for the same verdict. */
export function line(name, { documents, ignores, problems }) {
  const sortKeys = (_, value) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(byPath))
      : value;
  return `${JSON.stringify({ name, documents, ignores, problems }, sortKeys)}\n`;
}

/** The verdict as a file that people read: an edit and a related place are a line. */
export function readable(verdict) {
  const text = String.raw`"(?:[^"\\]|\\.)*"`;
  const pair = new RegExp(String.raw`\[\s+(${text}),\s+(${text})\s+\]`, "g");
  return `${JSON.stringify(verdict, null, 2).replace(pair, "[$1, $2]")}\n`;
}

/** A finding of the report of `validate --format json`. `text` is the document's. */
export function ofReported(finding, text) {
  const at = ({ start, end }) => text.at(start.offset, end.offset);
  return {
    code: finding.code,
    severity: finding.severity,
    at: at(finding.range),
    message: finding.message,
    help: finding.help,
    related: finding.related.map(({ range, message }) => [at(range), message]),
    fixes: finding.fixes
      .filter(({ applicability }) => applicability !== "display-only")
      .map(({ message, applicability, edits }) => ({
        message,
        applicability,
        edits: edits.map(({ start, end, text: inserted }) => [text.at(start, end), inserted]),
      })),
  };
}

/**
 * A diagnostic of the Language Server Protocol, with those of the code actions that fix it. `text` is the document's.
 */
export function ofDiagnostic(diagnostic, actions, text) {
  const [message, help] = diagnostic.message.split("\nhelp: ");
  const at = (range) => text.ofRange(range);
  return {
    code: diagnostic.code,
    severity: diagnostic.severity === 1 ? "error" : "warning",
    at: at(diagnostic.range),
    message,
    help: help ?? null,
    related: (diagnostic.relatedInformation ?? []).map(({ location, message }) => [at(location.range), message]),
    fixes: actions
      .filter((action) => isFix(action, diagnostic))
      .map(({ title, isPreferred, edit }) => ({
        message: title,
        applicability: isPreferred ? "safe" : "unsafe",
        edits: editsOf(edit).map(({ range, newText }) => [at(range), newText]),
      })),
  };
}

/** Whether an action fixes this finding; the others ignore it. */
function isFix({ title, edit, diagnostics = [] }, { message, range }) {
  const isAboutIt = diagnostics.some((other) => other.message === message && sameRange(other.range, range));
  return edit !== undefined && isAboutIt && !title.startsWith("ignore ");
}

function sameRange(one, other) {
  return JSON.stringify([one.start, one.end]) === JSON.stringify([other.start, other.end]);
}

/**
 * What is said of the files of configurations: about an ignore, or about what cannot be used.
 * `found` has the diagnostics of all files by their paths; `withoutFolder` shortens the paths in a message.
 */
export function ofConfigurations(found, textOf, withoutFolder) {
  const all = [...found].filter(([path]) => path.endsWith(".toml"));
  const isRemark = ({ message }) => /^(expired |silences |cannot silence )/.test(message);
  const those = (areRemarks) =>
    all.flatMap(([path, diagnostics]) =>
      diagnostics.filter((said) => isRemark(said) === areRemarks).map((diagnostic) => [path, diagnostic]),
    );
  return {
    ignores: those(true).map(([path, { range, message }]) => [path, range.start.line, withoutFolder(message)]),
    problems: those(false).map(([path, { range, message }]) => {
      const at = textOf(path).ofRange(range).split("-")[0];
      return { path, at, message: withoutFolder(message) };
    }),
  };
}

function editsOf({ changes, documentChanges }) {
  return documentChanges ? documentChanges.flatMap(({ edits }) => edits) : Object.values(changes).flat();
}

/**
 * A document's text, which turns places of all kinds into the one of the normal form. `encoding` is that of
 * `ofRange`: utf-8, utf-16 or utf-32.
 */
export class Text {
  #bytes;
  #lines;
  #encoding;

  constructor(bytes, encoding = "utf-16") {
    this.#bytes = bytes;
    this.#lines = decode(bytes.subarray(markLength(bytes))).split(/(?<=\r\n|\n|\r(?!\n))/);
    this.#encoding = encoding;
  }

  /** The place between two offsets in bytes. */
  at(start, end) {
    return `${this.#position(start)}-${this.#position(end)}`;
  }

  /** The place of a range of the Language Server Protocol. */
  ofRange({ start, end }) {
    return `${this.#converted(start)}-${this.#converted(end)}`;
  }

  /** The number of bytes before an offset in UTF-16 code units, as the reports of the package have them. */
  bytesBefore(offset) {
    return new TextEncoder().encode(decode(this.#bytes).slice(0, offset)).length;
  }

  /**
   * The place of a line and a column in characters, both from 1, as messages have them. To TOML, a lone carriage return
   * is a character of its line, here it ends the line.
   */
  ofLineAndColumn(line, column) {
    const text = (this.#lines[line - 1] ?? "").replace(/[\r\n]+$/, "");
    const before = [...text].slice(0, column - 1).join("");
    return `${line - 1}:${before.length}`;
  }

  #position(offset) {
    const before = decode(this.#bytes.subarray(Math.min(offset, markLength(this.#bytes)), offset));
    const lines = before.split(/\r\n|\n|\r/);
    return `${lines.length - 1}:${lines.at(-1).length}`;
  }

  #converted({ line, character }) {
    return `${line}:${unitsOf[this.#encoding](this.#lines[line] ?? "", character)}`;
  }
}

/** The number of UTF-16 code units in the first `count` units of an encoding. */
const unitsOf = {
  "utf-8": (text, count) => decode(new TextEncoder().encode(text).subarray(0, count)).length,
  "utf-16": (_, count) => count,
  "utf-32": (text, count) => [...text].slice(0, count).join("").length,
};

function markLength(bytes) {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

function decode(bytes) {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

function byPath([one], [other]) {
  return one < other ? -1 : Number(one > other);
}

function sorted(items) {
  const keyed = items.map((item) => [JSON.stringify(item.at === undefined ? item : [padded(item.at), item]), item]);
  return keyed.sort(byPath).map(([, item]) => item);
}

/** A place whose text sorts as its numbers do. */
function padded(at) {
  return String(at).replace(/\d+/g, (digits) => digits.padStart(8, "0"));
}
