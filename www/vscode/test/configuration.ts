// Tests of what `cxvars.toml` does, also before it is saved.

import * as vscode from "vscode";
import { assert, closeEditor, equal, findings, open, ours, remove, status, type, uriOf, write } from "./harness.ts";

const document = (...variables: object[]) => JSON.stringify({ variables });
const variable = (name: string, type: string, value: string) => ({ name, type, value });

/** Starts the folder `team` anew, with these files. */
async function team(files: Record<string, string>): Promise<void> {
  await remove("team").then(
    () => {},
    () => {},
  );
  for (const [name, text] of Object.entries(files)) await write(`team/${name}`, text);
}

export const configuration: Record<string, () => Promise<void>> = {
  async "severities, ignores and exclude count as soon as they are typed"() {
    await team({
      "cxvars.toml": "[validate]\n",
      "a.json": document(variable("a", "string", " x")),
      "b.json": document(variable("_b", "string", "x")),
    });
    await findings("team/a.json", ["CX206"]);
    await findings("team/b.json", ["CX102"]);
    const file = await open("team/cxvars.toml");
    await type(file, '[validate.severity]\nCX206 = "off"\n');
    await findings("team/a.json", []);
    await type(file, '[[ignore]]\ncode = "CX206"\nvariable = "a"\nreason = "the service wants it"\n');
    await findings("team/a.json", []);
    await type(file, '[validate]\nexclude = ["b.json"]\n');
    await findings("team/a.json", ["CX206"]);
    await findings("team/b.json", []);
    await closeEditor();
    await findings("team/b.json", ["CX102"]);
  },

  async "contracts and parameters are checked"() {
    const port = '{"properties": {"port": {"type": "integer"}}}';
    await team({
      "cxvars.toml": '[contracts]\ncrm = "crm.schema.json"\n\n[env.prod]\nparams = { HOST = "h" }\n',
      "crm.schema.json": port,
      "a.json": document(variable("crm", "object", '{"port": "x"}')),
      "b.yaml": "variables:\n  - name: host\n    type: string\n    value_from: { param: HOSTS }\n",
    });
    await findings("team/a.json", ["CX205"]);
    await findings("team/b.yaml", ["CX602"]);
    await write("team/crm.schema.json", port.replace("integer", "string"));
    await findings("team/a.json", []);
  },

  async "a configuration with a mistake says where, and the last one without counts until it is mended"() {
    await team({
      "cxvars.toml": '[validate.severity]\nCX206 = "off"\n',
      "a.json": document(variable("_a", "string", " x")),
    });
    await findings("team/a.json", ["CX102"]);
    const file = await open("team/cxvars.toml");
    await type(file, '[validate.severity]\nCX999 = "off"\n');
    await findings("team/a.json", ["CX102"]);
    const mistakes = () => vscode.languages.getDiagnostics(uriOf("team/cxvars.toml"));
    await new Promise<void>((resolve) => {
      const look = () => mistakes().length > 0 && resolve();
      vscode.languages.onDidChangeDiagnostics(look);
      look();
    });
    equal(mistakes()[0]!.range.start.line, 1);
    assert(mistakes()[0]!.message.includes("CX999"), mistakes()[0]!.message);
    await type(file, "[validate]\n");
    await findings("team/a.json", ["CX102", "CX206"]);
    equal(mistakes(), []);
    await closeEditor();
    await findings("team/a.json", ["CX102"]);
  },

  async "the status bar names the configuration that counts"() {
    await open("team/a.json");
    await status({
      text: "$(error) 1 cxvars",
      tooltip: /^Checked: 1 error, 0 warnings\nBy team\/cxvars\.toml\n/,
    });
    equal(ours(uriOf("team/a.json")).length, 1);
    await closeEditor();
    await remove("team");
    await findings("team/a.json", []);
  },
};
