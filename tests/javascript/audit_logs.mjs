// Audit logs for tests, as the program writes them: lines in canonical form, each with the hash of the one before.
import { createHash } from "node:crypto";

export const GENESIS = "0".repeat(64);

/** The fields that a record may leave empty. */
const EMPTY = Object.fromEntries(
  [
    ..."actor actor_source attempts changed ci_run_url commit data_action_id encrypted_confirmed encrypted_count".split(
      " ",
    ),
    ..."encrypted_submitted error host latency_ms outcome plan_digest retries success target tool_version".split(" "),
    ..."variable_count wait_ms".split(" "),
  ].map((key) => [key, null]),
);

function canonical(record) {
  return JSON.stringify(Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1))));
}

/** The lines of records that follow a hash, and the last hash. */
export function logAfter(prev, first, entries) {
  const lines = entries.map((entry, at) => {
    const content = { ...EMPTY, event: "outcome", run_id: "run", timestamp: 1_700_000_000 + first + at, ...entry };
    const record = { ...content, prev, seq: first + at, v: 1 };
    const hash = createHash("sha256").update(canonical(record)).digest("hex");
    prev = hash;
    return canonical({ ...record, hash });
  });
  return { text: lines.map((line) => `${line}\n`).join(""), head: prev };
}

/** An entry of an update that failed, with a reason. */
export function failed(error) {
  return {
    actor: "anna@example.com",
    attempts: 3,
    data_action_id: "a1b2-c3",
    error,
    latency_ms: 812.5,
    outcome: "unavailable",
    success: false,
  };
}
