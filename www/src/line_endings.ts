// How the lines of a file end. The editor ends lines in a line feed; a file gets its own line ends back when it is
// saved.

export type LineEnding = "\n" | "\r\n";

/** The text of a file with line feeds. A text that mixes line ends keeps its carriage returns: they may be mistakes. */
export function fromFile(written: string): { text: string; lineEnding: LineEnding } {
  const isMixed = /\r(?!\n)|(?<!\r)\n/.test(written);
  if (isMixed || !written.includes("\r")) return { text: written, lineEnding: "\n" };
  return { text: written.replaceAll("\r\n", "\n"), lineEnding: "\r\n" };
}

/** The text as it is written into a file. */
export function toFile(text: string, lineEnding: LineEnding): string {
  return lineEnding === "\n" ? text : text.replace(/(?<!\r)\n/g, "\r\n");
}
