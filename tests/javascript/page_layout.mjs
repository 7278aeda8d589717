// What is wrong with the layout of the page as it is shown now, in words. `layoutFaults` runs in the page.

export async function layoutFaults() {
  // A window of another size is laid out with the next frames.
  for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame);
  const TOLERANCE_PX = 1;
  const BOXES =
    "header, footer, .toolbar, .panel, .notice, #notice, dialog[open], #alert, .menu:popover-open, .findings li";
  const faults = [];

  const nameOf = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return `text in ${nameOf(node.parentElement)}`;
    const classes = typeof node.className === "string" ? node.className : (node.className?.baseVal ?? "");
    return [node.localName, node.id && `#${node.id}`, classes && `.${classes.replaceAll(" ", ".")}`].join("");
  };

  /** The parts of an element, also in its shadow root. */
  const partsOf = (element) => [...(element.shadowRoot ?? element).childNodes];

  const isCut = ({ overflowX }) => overflowX !== "visible";

  /** The lines of a text, or the border box of an element. */
  function boxesOf(node) {
    if (node.nodeType === Node.ELEMENT_NODE) return [node.getBoundingClientRect()];
    const range = document.createRange();
    range.selectNodeContents(node);
    return node.data.trim() === "" ? [] : [...range.getClientRects()];
  }

  /** Looks for parts outside of the room that the box has for them. Parts that scroll by themselves may be longer. */
  function look(node, room, box) {
    for (const { left, right, width } of boxesOf(node)) {
      if (width === 0) continue;
      const surplus = Math.max(room.left - left, right - room.right);
      if (surplus > TOLERANCE_PX) faults.push(`${nameOf(node)} is ${surplus.toFixed(1)} px outside of ${nameOf(box)}`);
    }
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    const style = getComputedStyle(node);
    if (!node.matches(BOXES) && isCut(style)) return;
    for (const part of partsOf(node)) if (isLaidOut(part)) look(part, room, box);
  }

  function isLaidOut(node) {
    if (node.nodeType === Node.TEXT_NODE) return true;
    if (node.nodeType !== Node.ELEMENT_NODE || !node.checkVisibility()) return false;
    return getComputedStyle(node).position !== "fixed" && !node.matches(".unseen, option, style");
  }

  /** The part of an element that is not scrolled out of sight. */
  function seenOf(element) {
    let { bottom, left, right, top } = element.getBoundingClientRect();
    for (let around = element.parentElement; around !== null; around = around.parentElement) {
      if (!isCut(getComputedStyle(around))) continue;
      const edges = around.getBoundingClientRect();
      [left, right] = [Math.max(left, edges.left), Math.min(right, edges.right)];
      [top, bottom] = [Math.max(top, edges.top), Math.min(bottom, edges.bottom)];
    }
    return { bottom, left, right, top };
  }

  /** Controls that cover a part of each other. */
  function overlaps(controls, box) {
    const places = controls.map((control) => [control, seenOf(control)]);
    for (const [at, [one, here]] of places.entries()) {
      for (const [other, there] of places.slice(at + 1)) {
        const across = Math.min(here.right, there.right) - Math.max(here.left, there.left);
        const down = Math.min(here.bottom, there.bottom) - Math.max(here.top, there.top);
        if (Math.min(across, down) <= TOLERANCE_PX) continue;
        faults.push(`${nameOf(one)} and ${nameOf(other)} in ${nameOf(box)} are above each other`);
      }
    }
  }

  const isInPlace = (control) => isLaidOut(control) && control.closest(".menu") === null;

  for (const box of document.querySelectorAll(BOXES)) {
    if (!box.checkVisibility()) continue;
    const { left } = box.getBoundingClientRect();
    const { borderLeftWidth, paddingLeft, paddingRight } = getComputedStyle(box);
    const start = left + Number.parseFloat(borderLeftWidth);
    const room = {
      left: start + Number.parseFloat(paddingLeft),
      right: start + box.clientWidth - Number.parseFloat(paddingRight),
    };
    for (const part of partsOf(box)) if (isLaidOut(part)) look(part, room, box);
    overlaps([...box.querySelectorAll("a, button, input, select, textarea, summary")].filter(isInPlace), box);
    const window = box.getBoundingClientRect();
    if (window.left < 0 || window.right > innerWidth + TOLERANCE_PX) faults.push(`${nameOf(box)} leaves the window`);
  }

  const sideways = document.documentElement.scrollWidth - innerWidth;
  if (sideways > 0) faults.push(`the page is ${sideways} px wider than the window`);
  const end = document.querySelector("footer").getBoundingClientRect().bottom + scrollY;
  const bottom = Math.max(document.documentElement.scrollHeight, innerHeight);
  if (Math.abs(bottom - end) > TOLERANCE_PX) faults.push(`${(bottom - end).toFixed(1)} px are empty below the footer`);
  return faults;
}
