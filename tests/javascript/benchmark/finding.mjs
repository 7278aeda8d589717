// What a finding costs: how much longer the check of a document with mistakes takes, for each of its findings. Runs in
// Node and in browsers.

const CALLS = 200;

/** The microseconds for each finding, in each round. The caller reads every finding. */
export function findingCosts(check, { text, rounds }) {
  // Every name begins with an underscore.
  const wrong = text.replaceAll('"name":"', '"name":"_');
  const count = check(wrong).diagnostics.length;
  if (count < 50) throw new Error(`only ${count} findings`);
  const seconds = (document) => {
    const start = performance.now();
    for (let call = 0; call < CALLS; call += 1) {
      for (const { message, range } of check(document).diagnostics) if (message === "" || range.start.line < 1) throw 0;
    }
    return (performance.now() - start) / 1000;
  };
  for (let warm = 0; warm < 3; warm += 1) seconds(wrong);
  return Array.from({ length: rounds }, () => ((seconds(wrong) - seconds(text)) / CALLS / count) * 1e6);
}
