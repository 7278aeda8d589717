// Asks before the page is left, if that would lose what the user entered. Values are secret, so nothing of it is
// stored: a browser writes what a page stores to disk.

/** Whether something would be lost, for each part of the page that takes what the user enters. */
const parts: (() => boolean)[] = [];

function question(event: BeforeUnloadEvent): void {
  if (parts.some((isLost) => isLost())) event.preventDefault();
}

/** Adds a part of the page. */
export function askBeforeLeaving(isLost: () => boolean): void {
  if (parts.length === 0) addEventListener("beforeunload", question);
  parts.push(isLost);
}
