// Turns measured values into figures and tables.

const sorted = (values) => [...values].sort((a, b) => a - b);

/** The value that the share of the values is below. */
export function quantile(values, share) {
  return sorted(values)[Math.min(values.length - 1, Math.floor(values.length * share))];
}

/** Median, least and most, each with a number of digits after the point. */
export function spread(values, digits) {
  const median = sorted(values)[values.length >> 1];
  return [median, Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
}

/** A table in Markdown. */
export function table(heads, rows) {
  const lines = rows.map((cells) => `| ${cells.join(" | ")} |\n`);
  return `| ${heads.join(" | ")} |\n|${heads.map(() => "---").join("|")}|\n${lines.join("")}`;
}
