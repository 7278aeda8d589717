import { attach } from "./node_modules/@cxvars/validator/form.js";

const form = document.querySelector("#plain");
const attached = attach(form, {
  toDocument(form) {
    const { name, type, value, encrypted } = form.elements;
    const variable = { name: name.value, type: type.value, value: value.value, encrypted: encrypted.checked };
    return JSON.stringify({ variables: [variable] });
  },
  // The pointer /variables/0/name belongs to the control with the name `name`.
  locate: ({ pointer }, form) => form.elements.namedItem(pointer.split("/").at(-1)),
});

await Promise.all([attached.ready, document.querySelector("cxvars-field").ready]);
document.documentElement.dataset.ready = "true";
