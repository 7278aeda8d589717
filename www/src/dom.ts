// Makes elements and fills them in one expression. Texts stay texts; nothing is read as HTML.

type Properties = Record<string, unknown> & { class?: string };
type Child = Node | string | null | undefined | false;

/**
 * Makes an element. A property whose name begins with `on` is a listener. `role`, `for` and names with a hyphen are
 * attributes.
 */
export function h<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[T] {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value as EventListener);
    else if (key === "class") element.className = String(value);
    else if (key === "for" || key === "role" || key.includes("-")) element.setAttribute(key, String(value));
    else Reflect.set(element, key, value);
  }
  element.append(
    ...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false),
  );
  return element;
}

/** Makes an element of an SVG drawing. */
export function s(tag: string, attributes: Record<string, string | number>, ...children: Node[]): SVGElement {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/** Makes a button. */
export function button(
  label: string | readonly Child[],
  onclick: () => void,
  properties: Properties = {},
): HTMLButtonElement {
  return h("button", { type: "button", onclick, ...properties }, ...(typeof label === "string" ? [label] : label));
}

/** Makes a list to choose from, of pairs of a value and its label. */
export function select(
  values: readonly (readonly [string, string])[],
  value: string,
  onchange: (value: string) => void,
  properties: Properties = {},
): HTMLSelectElement {
  const element = h("select", properties, ...values.map(([value, label]) => h("option", { value }, label)));
  element.value = value;
  element.addEventListener("change", () => onchange(element.value));
  return element;
}

/** Has the browser save a file. */
export function save(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = h("a", { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
