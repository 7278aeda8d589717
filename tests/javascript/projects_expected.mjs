// The verdicts on the projects that are written down, to which every face of cxvars is held.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { expectedFile, hashOf, projectNames } from "./projects.mjs";

/** The verdicts that are written down. */
export function expected() {
  return Object.fromEntries(projectNames().map((name) => [name, JSON.parse(readFileSync(expectedFile(name), "utf8"))]));
}

/** Holds the verdicts of a face to those that are written down: project by project, to show the first difference. */
export function agrees(found) {
  const wanted = expected();
  for (const [name, verdict] of Object.entries(found)) assert.deepEqual(verdict, wanted[name], name);
  assert.equal(hashOf(found), hashOf(wanted));
}

/**
 * A verdict without the places of problems for which the command line names none, as for a contract that is missing.
 */
export function withPlacesOf(wanted, verdict) {
  const unplaced = wanted.problems.filter(({ at }) => at === null).map(({ message }) => message);
  const problems = verdict.problems.map((problem) =>
    unplaced.includes(problem.message) ? { ...problem, path: null, at: null } : problem,
  );
  return { ...verdict, problems };
}

/** The files of which a verdict says something. */
export function filesWithFindings({ documents, ignores, problems }) {
  const found = Object.entries(documents).filter(([, findings]) => findings.length > 0);
  const paths = [...found, ...ignores].map(([path]) => path);
  return [...paths, ...problems.map(({ path }) => path ?? "cxvars.toml")];
}
