// VS Code for the web judges the projects in tests/projects, and documents of the parity corpus, as the other faces of
// cxvars do: in their files as in its editors.
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { agree, corpus, searchedFor, textOf, writeCorpus } from "./parity_folder.mjs";
import { allFiles, copyProjects, makeTemporaryFolder, projectNames } from "./projects.mjs";
import { agrees, expected, filesWithFindings, withPlacesOf } from "./projects_expected.mjs";
import { ofConfigurations, ofDiagnostic, Text, verdict } from "./projects_verdict.mjs";
import { findingsInEditor } from "./vscode_editor.mjs";

const isConfiguration = (path) => path.endsWith(".toml");
/** The editor opens no binary file. */
const isPolicy = (path) => path.endsWith(".wasm");

/** What the editor says about a project, from what it says about the files of all. */
function ofProject(name, root, { closed, opened }) {
  const within = (found) =>
    Object.entries(found)
      .filter(([path]) => path.startsWith(`${name}/`))
      .map(([path, diagnostics]) => [path.slice(name.length + 1), diagnostics]);
  const textOf = (path) => new Text(readFileSync(join(root, name, path)));
  const findings = ([path, diagnostics]) => [
    path,
    diagnostics.map((diagnostic) => ofDiagnostic(diagnostic, diagnostic.actions, textOf(path))),
  ];
  // A document without findings is one that the editor checks; one that has some only when open is not searched for.
  const documents = within(opened).filter(
    ([path, diagnostics]) => diagnostics?.length === 0 || `${name}/${path}` in closed,
  );
  // Paths start from the folder that is open, which has all projects.
  const withoutFolder = (message) => message.replaceAll(`${name}/`, "");
  return verdict({
    documents: Object.fromEntries(documents.map(findings)),
    ...ofConfigurations(within(closed), textOf, withoutFolder),
  });
}

/** A document has the same findings when it is open. One to which no search comes may have some then. */
function isJudgedAlikeWhenOpen({ closed, opened }) {
  for (const [path, diagnostics] of Object.entries(closed)) {
    if (!(path in opened)) continue;
    const found = opened[path]?.map(({ actions, ...diagnostic }) => diagnostic);
    assert.deepEqual(found, diagnostics, path);
  }
}

/**
 * Whether the text of a document in the editor is that of its file. The editor makes all line ends the same, and opens
 * neither what is not UTF-8 nor what has a NUL.
 */
function isKeptByEditor({ bytes }) {
  return !/[\r\0]/.test(textOf(bytes) ?? "\0");
}

/** All originals in the parity corpus, and some of the damaged copies. */
const documents = corpus().filter((_, at) => at < 450 || at % 20 === 0);

const wanted = expected();
let root, searched, found;

before(async () => {
  root = makeTemporaryFolder();
  copyProjects(root);
  const projectFiles = allFiles(root).filter((path) => !isConfiguration(path) && !isPolicy(path));
  writeCorpus(documents, root);
  searched = new Set(searchedFor(documents, root, process.env.CXVARS));
  const ofProjects = Object.entries(wanted).flatMap(([name, verdict]) =>
    filesWithFindings(verdict).map((path) => `${name}/${path}`),
  );
  const ofCorpus = documents.filter(({ path, findings }) => searched.has(path) && findings.length > 0);
  const kept = documents.filter(isKeptByEditor);
  const awaited = [...ofProjects, ...ofCorpus.map(({ path }) => path)];
  found = await findingsInEditor(root, awaited, [...projectFiles, ...kept.map(({ path }) => path)]);
});
after(() => rmSync(root, { recursive: true, force: true }));

test("VS Code for the web judges each project as is written down", () => {
  isJudgedAlikeWhenOpen(found);
  const verdicts = projectNames().map((name) => [name, withPlacesOf(wanted[name], ofProject(name, root, found))]);
  agrees(Object.fromEntries(verdicts));
});

test("VS Code for the web has the findings of the native engine in the files that a search finds", async () => {
  const texts = new Map(documents.map(({ path, bytes }) => [path, new Text(bytes)]));
  const ofFiles = [...searched].map((path) => [
    path,
    (found.closed[path] ?? []).map((diagnostic) => ofDiagnostic(diagnostic, [], texts.get(path))),
  ]);
  assert.ok(ofFiles.length > 350, `${ofFiles.length} documents`);
  // Fixes are offered in editors only.
  await agree(documents, ofFiles, (findings) => findings.map((finding) => ({ ...finding, fixes: [] })));
});

test("VS Code for the web has the findings of the native engine, with fixes, in documents that are open", async () => {
  const checked = documents.filter(({ path }) => (found.opened[path] ?? null) !== null);
  const ofEditors = checked.map(({ path, bytes }) => [
    path,
    found.opened[path].map((diagnostic) => ofDiagnostic(diagnostic, diagnostic.actions, new Text(bytes))),
  ]);
  assert.ok(ofEditors.length > 300, `${ofEditors.length} documents`);
  await agree(documents, ofEditors);
});
