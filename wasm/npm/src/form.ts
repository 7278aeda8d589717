// Entry point for forms: holds a form back while its document has errors, by the browser's own constraint validation.
//
// A call of `form.submit()`, and a request that does not come from the form, bypass every check in the browser. Repeat
// the check on the server.

export { type AttachedForm, attach, type FormOptions } from "./attach.js";
export { CxvarsField } from "./field.js";
export { type FormState, REPORT_EVENT } from "./form_state.js";
