// Edits a text field so that undo takes the edit back.

/** Replaces the text as if a person had typed it. */
export function retype(field: HTMLTextAreaElement, text: string): void {
  const { start, end, middle } = difference(field.value, text);
  field.focus();
  field.setSelectionRange(start, end);
  // Nothing else adds to a field's undo stack, in any browser. It dispatches `input`.
  field.ownerDocument.execCommand(middle === "" ? "delete" : "insertText", false, middle);
  if (field.value === text) return;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
}

/** The one part in which two texts differ. */
export function difference(before: string, after: string): { start: number; end: number; middle: string } {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start += 1;
  let same = 0;
  while (same < shorter - start && before.at(-1 - same) === after.at(-1 - same)) same += 1;
  return { start, end: before.length - same, middle: after.slice(start, after.length - same) };
}
