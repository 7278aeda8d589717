// Compares the reports of a build of the engine with those of the native one, which differ only in the unit of places.
// Runs in Node and in browsers.

/** The reports in the native unit, and the SHA-256 over all of them. */
export async function reportsHash(check, corpus) {
  const reports = corpus
    .trimEnd()
    .split("\n")
    .map((line) => nativeReport(check, JSON.parse(line)));
  const bytes = new TextEncoder().encode(reports.map((report) => `${report}\n`).join(""));
  return { reports, hash: await sha256(bytes) };
}

export async function sha256(bytes) {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function nativeReport(check, { format, options, base64 }) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const report = check(bytes, { format, ...options });
  const text = readableText(bytes);
  if (text.length > 0 && isWhole(bytes)) {
    const asText = JSON.stringify(check(text, { format, ...options }));
    if (asText !== JSON.stringify(report)) throw new Error(`as a text the report differs: ${asText}`);
  }
  return JSON.stringify(inBytes(report, text));
}

/** The text before the first byte that is not UTF-8. */
function readableText(bytes) {
  for (let end = bytes.length; ; end -= 1) {
    const text = decode(bytes.subarray(0, end));
    if (text !== undefined) return text;
    // The mistake is looked for from the front, because the text ends there.
    if (end === bytes.length) {
      let good = 0;
      for (let at = 1; at <= bytes.length; at += 1) {
        const whole = decode(bytes.subarray(good, at));
        if (whole !== undefined) good = at;
        else if (at - good >= 4) break;
      }
      return decode(bytes.subarray(0, good));
    }
  }
}

function isWhole(bytes) {
  return decode(bytes) !== undefined;
}

function decode(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The report with columns in characters and offsets in bytes. They are counted here, and not by the engine. */
function inBytes(report, text) {
  const bytesBefore = (offset) => new TextEncoder().encode(text.slice(0, offset)).length;
  const place = ({ line, column, offset }) => {
    const start = text.lastIndexOf("\n", offset - 1) + 1;
    const mark = start === 0 && offset > 0 && text.startsWith("\ufeff") ? 1 : 0;
    if (column !== offset - start - mark + 1) throw new Error(`column ${column} is not that of offset ${offset}`);
    if (line !== text.slice(0, offset).split("\n").length)
      throw new Error(`line ${line} is not that of offset ${offset}`);
    return { line, column: [...text.slice(start, offset)].length - mark + 1, offset: bytesBefore(offset) };
  };
  const range = ({ start, end }) => ({ start: place(start), end: place(end) });
  const diagnostics = report.diagnostics.map((diagnostic) => ({
    ...diagnostic,
    range: range(diagnostic.range),
    related: diagnostic.related.map((related) => ({ ...related, range: range(related.range) })),
    fixes: diagnostic.fixes.map((fix) => ({
      ...fix,
      edits: fix.edits.map(({ start, end, text }) => ({ start: bytesBefore(start), end: bytesBefore(end), text })),
    })),
  }));
  return { ...report, diagnostics };
}
