// The check and its peer take turns over the same documents. Runs in Node and in browsers.

/** Accepts a document or throws, like the peer. */
export function ours(check) {
  return (text) => {
    const { diagnostics } = check(text);
    if (diagnostics.some((finding) => finding.severity === "error")) throw new Error(diagnostics[0].message);
  };
}

/** The seconds of a pass over all documents, for each round and side. */
export function turns(sides, documents, rounds) {
  const pass = (side) => {
    const start = performance.now();
    for (const text of documents) side(text);
    return (performance.now() - start) / 1000;
  };
  for (const side of sides) for (let warm = 0; warm < 3; warm += 1) pass(side);
  return Array.from({ length: rounds }, () => sides.map(pass));
}
