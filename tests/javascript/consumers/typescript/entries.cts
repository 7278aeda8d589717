// Every entry point without a form by require, for a compiler that knows no browser.

import validator = require("@cxvars/validator");
import contracts = require("@cxvars/validator/contracts");
import editor = require("@cxvars/validator/editor");
import thread = require("@cxvars/validator/editor/thread");
import inline = require("@cxvars/validator/inline");
import project = require("@cxvars/validator/project");
import web = require("@cxvars/validator/web");

async function main(): Promise<validator.FileReport[]> {
  for (const { check, init, load, plan } of [validator, web, inline, editor]) {
    await init();
    await load("audit");
    const report: validator.FileReport = check("[]");
    const pending: boolean = (await plan("[]", report.path)).changes_pending;
    if (pending) return [report];
  }
  contracts.check("[]", { contracts: { a: "{}" } });
  await thread.init(editor.compiled());
  return (await project.openProject(new Map(), [])).validate();
}

export = main;
