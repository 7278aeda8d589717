// The check from JavaScript and its peer, taking turns over the same documents. Runs in Node and in a browser alike.

/** Accepts a document or throws, like the peer. */
export function ours(check) {
  return (text) => {
    const { diagnostics } = check(text);
    if (diagnostics.some((finding) => finding.severity === "error")) throw new Error(diagnostics[0].message);
  };
}

/** Seconds of a pass over all documents, for each side and round, one side after the other. */
export function turns(sides, documents, rounds) {
  const pass = (side) => {
    const start = performance.now();
    for (const text of documents) side(text);
    return (performance.now() - start) / 1000;
  };
  for (const side of sides) for (let warm = 0; warm < 3; warm += 1) pass(side);
  return Array.from({ length: rounds }, () => sides.map(pass));
}
