// The text of a file. Bytes that are not UTF-8 never become replacement characters without a word.

/** The text of bytes in UTF-8, with a byte order mark if there is one; undefined if they are something else. */
export function textOf(bytes: Uint8Array): string | undefined {
  if (isUtf16(bytes)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The encodings that a file which is not UTF-8 may be in, for the user to choose from. */
export function otherEncodings(bytes: Uint8Array): { name: string; text: string }[] {
  const names = isUtf16(bytes) ? [bytes[0] === 0xfe || bytes[0] === 0 ? "UTF-16BE" : "UTF-16LE"] : ["windows-1252"];
  return names.flatMap((name) => {
    try {
      const text = new TextDecoder(name, { fatal: true }).decode(bytes);
      // No text has these: it is a picture, an archive or a program.
      return text.includes("\0") ? [] : [{ name, text }];
    } catch {
      return [];
    }
  });
}

/** Whether there is a byte order mark of UTF-16, or every other byte is zero, as in its plain letters. */
function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return false;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  const start = bytes.subarray(0, 64);
  const isZero = (odd: number) =>
    start.length % 2 === 0 && start.every((byte, at) => (byte === 0) === (at % 2 === odd));
  return isZero(0) || isZero(1);
}
