// A control may not show a text as it is: a text area shows each line break as a line feed, and an input shows none.
// What the user changes there is merged into the text, so that the rest of it stays as it was.

/** The text after `shown`, which a control made of it, was edited to `edited`. */
export function merged(text: string, shown: string, edited: string): string {
  const most = Math.min(shown.length, edited.length);
  let before = 0;
  while (before < most && shown[before] === edited[before]) before += 1;
  let after = 0;
  while (after < most - before && shown.at(-1 - after) === edited.at(-1 - after)) after += 1;
  const [start, end] = [placeOf(text, shown, before), placeOf(text, shown, shown.length - after)];
  return text.slice(0, start) + edited.slice(before, edited.length - after) + text.slice(end);
}

/** The place in the text of a place in what the control shows. */
function placeOf(text: string, shown: string, at: number): number {
  let place = 0;
  for (let seen = 0; seen < at; place += 1) {
    const isBreak = shown[seen] === "\n" && text[place] === "\r";
    if (isBreak && text[place + 1] === "\n") place += 1;
    // What the control does not show is passed over.
    if (isBreak || shown[seen] === text[place]) seen += 1;
    else if (place >= text.length) break;
  }
  return place;
}
