// The custom validity of a control. The page may use it as well: its message stays, and ours waits until it is gone.

/** A control that can be invalid. */
export type Control = HTMLElement & {
  readonly validity: ValidityState;
  readonly validationMessage: string;
  readonly willValidate: boolean;
  setCustomValidity(message: string): void;
  reportValidity(): boolean;
};

interface Claims {
  /** The messages by who wants them, because several forms of ours may share a control. */
  readonly wanted: Map<object, string>;
  /** Our message on the control, as the control returns it; empty if there is none. */
  placed: string;
}

const claimsOf = new WeakMap<Control, Claims>();

/** The element as a control, if it is one. */
export function asControl(element: unknown): Control | undefined {
  return element instanceof HTMLElement && "setCustomValidity" in element ? (element as Control) : undefined;
}

/** Sets or, by an empty message, removes what `owner` says of the control. */
export function claim(control: Control, owner: object, message: string): void {
  const claims = claimsOf.get(control) ?? { wanted: new Map<object, string>(), placed: "" };
  claimsOf.set(control, claims);
  if (message === "") claims.wanted.delete(owner);
  else claims.wanted.set(owner, message);
  if (isOfThePage(control, claims.placed)) {
    claims.placed = "";
    return;
  }
  const [wanted = ""] = claims.wanted.values();
  if (wanted === "" && !control.validity.customError) {
    claims.placed = "";
    return;
  }
  control.setCustomValidity(wanted);
  // Firefox shortens a long message.
  claims.placed = (control.willValidate && control.validationMessage) || wanted;
}

function isOfThePage(control: Control, placed: string): boolean {
  if (!control.validity.customError) return false;
  // A control that is barred from validation does not return its message.
  return placed === "" || (control.willValidate && control.validationMessage !== placed);
}
