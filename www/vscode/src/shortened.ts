// Messages of the server, with paths as the editor shows them.

/** A message with its paths starting from the open folders that they are in. `folders` are as the server sees them. */
export function shortened(message: string, folders: readonly string[]): string {
  // Of folders within each other, the inner one counts.
  const inward = [...folders].sort((one, other) => other.length - one.length);
  const beginnings = inward.flatMap((folder) => [`${folder}/`, `${folder}\\`]);
  return message
    .split(/(?<=[\s`])/)
    .map((word) => word.slice(beginnings.find((beginning) => word.startsWith(beginning))?.length ?? 0))
    .join("");
}
