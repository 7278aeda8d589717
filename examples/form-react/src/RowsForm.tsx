// A plain form that is posted by the browser. Its rows are React's, and attach() checks what they make up.

import { attach } from "@cxvars/validator/form";
import { useEffect, useRef, useState } from "react";
import { FIRST, NEW, TYPES, type Variable } from "./rows.ts";

export function RowsForm() {
  const form = useRef<HTMLFormElement>(null);
  const [rows, setRows] = useState([{ ...FIRST, id: 0 }]);
  const next = useRef(1);

  useEffect(() => {
    if (form.current === null) return;
    const attached = attach(form.current, { toDocument, locate });
    // StrictMode attaches twice.
    return () => attached.detach();
  }, []);

  const change = (id: number, key: keyof Variable, text: string) => {
    setRows(rows.map((row) => (row.id === id ? { ...row, [key]: text } : row)));
  };
  return (
    <form ref={form} id="rows" method="post" action="/save">
      <h2>Rows</h2>
      {rows.map((row) => (
        <fieldset key={row.id}>
          <legend>Variable</legend>
          <label>
            Name <input name="name" value={row.name} onChange={(event) => change(row.id, "name", event.target.value)} />
          </label>
          <label>
            Type{" "}
            <select name="type" value={row.type} onChange={(event) => change(row.id, "type", event.target.value)}>
              {TYPES.map((type) => (
                <option key={type}>{type}</option>
              ))}
            </select>
          </label>
          <label>
            Value{" "}
            <input name="value" value={row.value} onChange={(event) => change(row.id, "value", event.target.value)} />
          </label>
          <button type="button" className="remove" onClick={() => setRows(rows.filter(({ id }) => id !== row.id))}>
            Remove
          </button>
        </fieldset>
      ))}
      <button type="button" className="add" onClick={() => setRows([...rows, { ...NEW, id: next.current++ }])}>
        Add a variable
      </button>
      <button type="submit">Save</button>
      <button type="submit" formNoValidate name="cancel" value="yes">
        Cancel
      </button>
    </form>
  );
}

/** The document, from the controls as they are: React's state may be a moment behind. */
function toDocument(form: HTMLFormElement): string {
  const data = new FormData(form);
  const [names, types, values] = ["name", "type", "value"].map((key) => data.getAll(key));
  return JSON.stringify({
    variables: names?.map((name, index) => ({ name, type: types?.[index], value: values?.[index] })),
  });
}

/** The pointer /variables/1/name belongs to the second control with the name `name`. */
function locate({ pointer }: { pointer: string }, form: HTMLFormElement): Element | undefined {
  const [, , index, key] = pointer.split("/");
  return form.querySelectorAll(`[name="${key ?? "name"}"]`)[Number(index)];
}
