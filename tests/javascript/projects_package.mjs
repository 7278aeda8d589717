// What `@cxvars/validator/project` says about a project, in the normal form of projects_verdict.mjs. The page gets the
// same reports from it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { allFiles } from "./projects.mjs";
import { ofReported, Text, verdict } from "./projects_verdict.mjs";
import { PACKAGE } from "./support.mjs";

/** What the package says about a folder. git says which files are ignored. */
export async function ofPackage(folder) {
  const { openProject } = await import(join(PACKAGE, "project.js"));
  const bytes = (path) => readFileSync(join(folder, path));
  const files = allFiles(folder);
  const project = await openProject(new Map(files.map((path) => [path, async () => bytes(path)])), unignored(folder));
  return ofReports(folder, await project.validate(), await project.configurations());
}

/** The verdict from the reports on a project's documents and on its configurations, as the package returns them. */
export function ofReports(folder, documents, { problems, ignores }) {
  const bytes = (path) => readFileSync(join(folder, path));
  return verdict({
    documents: Object.fromEntries(documents.map((report) => [report.path, findings(report, bytes(report.path))])),
    ignores: ignores.map(({ path, line, message }) => [path, line - 1, message]),
    problems: problems.map(({ path, line, column, message }) => {
      const at = line === null ? null : new Text(bytes(path)).ofLineAndColumn(line, column);
      return { path, at, message };
    }),
  });
}

/** The findings of a report, whose offsets count UTF-16 code units. */
function findings({ diagnostics }, bytes) {
  const text = new Text(bytes);
  const inBytes = (offset) => text.bytesBefore(offset);
  const range = ({ start, end }) => ({
    start: { offset: inBytes(start.offset) },
    end: { offset: inBytes(end.offset) },
  });
  return diagnostics.map((finding) => {
    const related = finding.related.map((other) => ({ ...other, range: range(other.range) }));
    const edit = ({ start, end, text }) => ({ start: inBytes(start), end: inBytes(end), text });
    const fixes = finding.fixes.map((fix) => ({ ...fix, edits: fix.edits.map(edit) }));
    return ofReported({ ...finding, range: range(finding.range), related, fixes }, text);
  });
}

function unignored(folder) {
  const git = (...args) => execFileSync("git", args, { cwd: folder, encoding: "utf8" });
  git("init", "--quiet");
  return git("ls-files", "-z", "--others", "--exclude-standard")
    .split("\0")
    .filter((path) => path !== "")
    .sort();
}
