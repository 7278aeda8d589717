// TanStack Form, which takes the check as a Standard Schema.

import { standardSchema } from "@cxvars/validator/form";
import { useForm } from "@tanstack/react-form";
import { useState } from "react";
import { FIRST, type Variable } from "./rows.ts";

const schema = standardSchema<{ variables: Variable[] }>();

export function TanStackForm() {
  const [sent, setSent] = useState("");
  const form = useForm({
    defaultValues: { variables: [FIRST] },
    // A submit waits for the engine. With `onSubmit`, call `schema.load()` first.
    validators: { onSubmitAsync: schema },
    onSubmit: ({ value }) => setSent(JSON.stringify(value)),
  });
  return (
    <form
      id="tanstack"
      onSubmit={(event) => {
        event.preventDefault();
        void form.handleSubmit();
      }}
    >
      <h2>TanStack Form</h2>
      {(["name", "type", "value"] as const).map((key) => (
        <form.Field key={key} name={`variables[0].${key}`}>
          {(field) => (
            <label>
              {key}{" "}
              <input
                name={key}
                value={field.state.value}
                aria-invalid={field.state.meta.errors.length > 0}
                aria-describedby={`tanstack-${key}`}
                onChange={(event) => field.handleChange(event.target.value)}
              />
              <span id={`tanstack-${key}`} className="cxvars-message">
                {field.state.meta.errors.map((error) => error?.message).join("\n")}
              </span>
            </label>
          )}
        </form.Field>
      ))}
      <button type="submit">Save</button>
      <output>{sent}</output>
    </form>
  );
}
