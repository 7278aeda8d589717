// Tests that run within VS Code, on the files of test/workspace.
import * as vscode from "vscode";

function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

function equal(actual: unknown, expected: unknown): void {
  assert(
    JSON.stringify(actual) === JSON.stringify(expected),
    `expected ${JSON.stringify(expected)}, found ${JSON.stringify(actual)}`,
  );
}

const ours = (uri: vscode.Uri) => vscode.languages.getDiagnostics(uri).filter(({ source }) => source === "cxvars");
const code = ({ code }: vscode.Diagnostic) => (typeof code === "object" ? code.value : code);

async function open(name: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(
    vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0]!.uri, name),
  );
  await vscode.window.showTextDocument(document);
  return document;
}

/** Longest wait for the editor, in milliseconds. Only a test that fails takes this long, however busy the machine. */
const PATIENCE = 60_000;

/** Waits until a condition on the editor's diagnostics holds. The editor announces every change of them. */
async function until(holds: () => boolean, state: () => unknown): Promise<void> {
  if (holds()) return;
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the editor stayed at ${JSON.stringify(state())}`)), PATIENCE);
    const subscription = vscode.languages.onDidChangeDiagnostics(() => {
      if (!holds()) return;
      clearTimeout(late);
      subscription.dispose();
      resolve();
    });
  });
}

/** Waits until the findings of a document satisfy a condition. */
async function findings(
  document: vscode.TextDocument,
  satisfied: (found: vscode.Diagnostic[]) => boolean,
): Promise<vscode.Diagnostic[]> {
  await until(
    () => satisfied(ours(document.uri)),
    () => ours(document.uri).map(code),
  );
  return ours(document.uri);
}

const tests: Record<string, () => Promise<void>> = {
  async "findings are at their places, with what belongs to them"() {
    const document = await open("crm.yaml");
    const [quoted, twice] = await findings(document, (found) => found.length === 2);
    equal(
      [quoted, twice].map((found) => code(found!)),
      ["CX007", "CX103"],
    );
    equal(document.getText(quoted!.range), "3");
    equal(document.getText(twice!.range), "retry_limit");
    equal(document.getText(twice!.relatedInformation![0]!.location.range), "retry_limit");
    equal(twice!.severity, vscode.DiagnosticSeverity.Error);
  },

  async "a hover explains the rule"() {
    const document = await open("crm.yaml");
    const [, twice] = await findings(document, (found) => found.length === 2);
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      document.uri,
      twice!.range.start,
    );
    const text = hovers
      .flatMap(({ contents }) => contents)
      .map((content) => (content as vscode.MarkdownString).value)
      .join("");
    assert(text.includes("CX103 key-collision") && text.includes("**How to fix**"), text);
  },

  async "a quick fix resolves the finding, and so does fixing all"() {
    const document = await open("fix.json");
    const [found] = await findings(document, (found) => found.length > 0);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      "vscode.executeCodeActionProvider",
      document.uri,
      found!.range,
    );
    const quick = actions.find(({ kind, title }) => kind?.value === "quickfix" && title.includes("quote"));
    assert(quick?.edit !== undefined && quick.isPreferred, `no fix among ${actions.map(({ title }) => title).join()}`);
    await vscode.workspace.applyEdit(quick.edit);
    await findings(document, (found) => found.length === 1);
    await vscode.commands.executeCommand("cxvars.fixAll");
    await findings(document, (found) => found.length === 0);
    equal(
      JSON.parse(document.getText()).variables.map(({ value }: { value: string }) => value),
      ["3", "5"],
    );
  },

  async "fixing all leaves out a fix that would make a new error, by command and on save"() {
    const document = await open("worse.json");
    const values = () => JSON.parse(document.getText()).variables.map(({ value }: { value: unknown }) => value);
    await findings(document, (found) => found.length === 2);
    await vscode.commands.executeCommand("cxvars.fixAll");
    await findings(document, (found) => found.length === 1);
    equal(values(), [3.5, "4"]);
    const whole = new vscode.Range(0, 0, document.lineCount, 0);
    const actions = (kind: string) =>
      vscode.commands.executeCommand<vscode.CodeAction[]>(
        "vscode.executeCodeActionProvider",
        document.uri,
        whole,
        kind,
      );
    equal(await actions("source.fixAll"), []);
    const settings = vscode.workspace.getConfiguration("editor");
    await settings.update("codeActionsOnSave", { "source.fixAll": "explicit" }, vscode.ConfigurationTarget.Global);
    const broken = document.getText().replace('"4"', "5");
    // On a busy machine VS Code gives up on the actions and saves without them, so there is more than one try.
    for (let round = 0; round < 20 && values()[1] !== "5"; round += 1) {
      const change = new vscode.WorkspaceEdit();
      change.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), `${broken}${"\n".repeat(round)}`);
      await vscode.workspace.applyEdit(change);
      await findings(document, (found) => found.length === 2);
      await document.save();
    }
    equal(values(), [3.5, "5"]);
    await settings.update("codeActionsOnSave", undefined, vscode.ConfigurationTarget.Global);
  },

  async "typing changes the findings, and completes"() {
    const document = await open("crm.yaml");
    await findings(document, (found) => found.length === 2);
    const change = new vscode.WorkspaceEdit();
    change.insert(document.uri, new vscode.Position(document.lineCount, 0), "  - name: _x\n    type: ");
    await vscode.workspace.applyEdit(change);
    await findings(document, (found) => found.some((finding) => code(finding) === "CX102"));
    const at = document.positionAt(document.getText().length);
    const list = await vscode.commands.executeCommand<vscode.CompletionList>(
      "vscode.executeCompletionItemProvider",
      document.uri,
      at,
    );
    const labels = list.items.map(({ label }) => (typeof label === "string" ? label : label.label));
    assert(
      ["string", "integer", "boolean", "object"].every((word) => labels.includes(word)),
      labels.join(),
    );
  },

  async "other files are left alone, and those that are named are not"() {
    for (const name of ["pipeline.yaml", "notes.json"]) equal(ours((await open(name)).uri), []);
    const document = await open("team.cxvars.env");
    equal((await findings(document, (found) => found.length > 0)).map(code), ["CX102"]);
  },

  async "settings count at once"() {
    const document = await open("team.cxvars.env");
    await findings(document, (found) => found.length > 0);
    const settings = vscode.workspace.getConfiguration("cxvars");
    await settings.update("severity", { CX102: "off" }, vscode.ConfigurationTarget.Global);
    await findings(document, (found) => found.length === 0);
    await settings.update("severity", { CX999: "off" }, vscode.ConfigurationTarget.Global);
    const messages = () => vscode.languages.getDiagnostics(document.uri).map(({ message }) => message);
    await until(() => messages().some((message) => message.includes("there is no rule CX999")), messages);
    await settings.update("severity", undefined, vscode.ConfigurationTarget.Global);
  },
};

export async function run(): Promise<void> {
  for (const [name, test] of Object.entries(tests)) {
    await test();
    console.log(`vscode: ok ${name}`);
  }
  console.log(`vscode: ${Object.keys(tests).length} passed`);
}
