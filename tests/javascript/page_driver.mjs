// A user who does random things to the page, and remembers what they entered. It runs in the page, where it clicks,
// types and drops as a person would, and looks for what it entered: in the text, in the steps that can be undone or
// redone, and in the fields.

/** Puts the driver into the page, as `driver`. It is sent there as text, so it refers to nothing outside of itself. */
export function install(random) {
  const FORMATS = ["json", "jsonc", "yaml", "env"];
  const VIEWS = ["Variables", "Text", "Table", "Plan", "Audit log", "Rules"];
  /** A longer text is replaced, so that the page stays fast. */
  const LONGEST = 4_000;
  /** How often the driver looks whether the page has done something. */
  const MOST_LOOKS = 2_000;

  /** A person takes longer from one thing to the next than what is typed in one go. */
  const BETWEEN_ACTIONS_MS = 1_000;
  let late = 0;
  const now = Date.now.bind(Date);
  Date.now = () => now() + late;

  const all = (selector) => [...document.querySelectorAll(selector)];
  const isShown = (element) => element.checkVisibility() && !element.disabled;
  const buttons = (label) => all("button, nav a").filter((button) => button.textContent === label && isShown(button));
  const content = () => document.querySelector(".editor").shadowRoot.querySelector(".cm-content");
  const editorState = () => content().cmTile.root.view.state;
  const valueWith = (...keys) =>
    editorState().values.find(
      (value) => typeof value === "object" && value !== null && keys.every((key) => key in value),
    );
  const text = () => editorState().doc.toString();
  const remote = () => document.querySelector("#remote");
  const format = () => document.querySelector("#format").value;

  /** Lets everything run that waits to be run. */
  const pause = () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(port1.close());
      port2.postMessage(0);
    });

  async function until(what, isDone) {
    for (let look = 0; !isDone(); look += 1) {
      if (look === MOST_LOOKS) throw new Error(`waited in vain until ${what}`);
      await (look < 20 ? pause() : new Promise((resolve) => setTimeout(resolve, 1)));
    }
  }

  const historyState = () => valueWith("done", "undone");
  /** The document that undoing or redoing a step leads to. */
  const reached = new WeakMap();

  /** The texts that undoing leads to, or redoing, each with the step that leads there. */
  function* textsOf(branch) {
    let { doc } = editorState();
    for (let at = branch.length - 1; at >= 0; at -= 1) {
      const step = branch[at];
      if (step.changes === undefined) continue;
      if (!reached.has(step)) {
        doc = step.changes.apply(doc);
        reached.set(step, { doc, text: doc.toString() });
      }
      const known = reached.get(step);
      doc = known.doc;
      yield [step, known.text];
    }
  }

  /** What has been entered and may not be lost. */
  const entered = new Set();
  /** Texts that are in a file. */
  const safe = new Set([""]);
  /** Texts with their formats, as they have been on the page. */
  const seen = new Set(["json\n"]);
  /** The format that was chosen, as long as it has to stay. */
  let chosen;
  let tokens = 0;
  let log = [];
  const saved = [];
  const createObjectURL = URL.createObjectURL.bind(URL);
  URL.createObjectURL = (blob) => {
    saved.push(blob);
    return createObjectURL(blob);
  };
  HTMLAnchorElement.prototype.click = function () {
    if (!this.download) HTMLElement.prototype.click.call(this);
  };

  function token() {
    tokens += 1;
    return `token${tokens}x`;
  }

  function note(written) {
    for (const [found] of written.matchAll(/token\d+x/g)) entered.add(found);
  }

  /** Where each piece was found that is not in the text. */
  const homes = new Map();

  /** What was undone, and is in no other place, is lost with the next change, as in every editor. */
  function forget() {
    const { done, undone } = historyState();
    if (undone.length === 0) return;
    for (const one of entered) if (!isAround(one) && !isIn(done, one)) entered.delete(one);
  }

  const isAround = (one) => text().includes(one) || remote().value.includes(one);

  function isIn(branch, one) {
    if (branch.includes(homes.get(one))) return true;
    for (const [step, text] of textsOf(branch)) {
      if (text.includes(one)) {
        homes.set(one, step);
        return true;
      }
    }
    return false;
  }

  const lineFeeds = (written) => (/\r(?!\n)|(?<!\r)\n/.test(written) ? written : written.replaceAll("\r\n", "\n"));
  const isUnsaved = () => text().trim() !== "" && !safe.has(text());

  // What a user enters

  function documentText(pick, format) {
    const [a, b] = [token(), token()];
    const value = [`${a} ü`, `${a}\\n${b}`, "", "3"][pick(4)];
    switch (format) {
      case "yaml":
        return [
          `# ${b}\nvariables:\n  - name: ${a} # kept\n    type: string\n    value: |\n      ${b}\n      2\n`,
          `description: ${a}\n`,
          `variables:\n  # ${a}\n  - {name: b, value: "${value}"}\n  # ${b}\n  - {name: c, value: x}\n`,
          `variables: # ${a}\n`,
        ][pick(4)];
      case "env":
        return `# ${a}\nA=${b} # about ${b}\n# cxvars: type=integer\nB=3\nC='1\n2' # cxvars: encrypted\n`;
      case "jsonc":
        return `// ${a}\n[\n  {"name": "a", "value": "${value}"}, // a ${b}\n  // b\n  {"name": "b"}\n]\n`;
      default:
        return [
          `{"description": "${a}"}`,
          `{\n  "variables": [\n    {"name": "${a}", "value": "${value}", "encrypted": true}\n  ]\n}\n`,
          `[{"name": "${a}", "type": "integer", "value": 3}, {"name": "_b", "value": "${b}\\r\\n"}]`,
          `{"variables": [{"name": "${a}"`,
        ][pick(4)];
    }
  }

  function paste(written) {
    const data = new DataTransfer();
    data.setData("text/plain", written);
    const how = { clipboardData: data, bubbles: true, cancelable: true, composed: true };
    content().dispatchEvent(new ClipboardEvent("paste", how));
  }

  function press(target, key, modifiers = { ctrlKey: true }) {
    const how = { key, bubbles: true, cancelable: true, composed: true, ...modifiers };
    target.dispatchEvent(new KeyboardEvent("keydown", { keyCode: key.toUpperCase().charCodeAt(0), ...how }));
  }

  function showText() {
    for (const label of ["Variables", "Text"]) buttons(label)[0]?.click();
    content().focus();
  }

  function showTable() {
    for (const label of ["Variables", "Table"]) buttons(label)[0]?.click();
  }

  async function choose(pick) {
    for (let dialog = document.querySelector("dialog[open]"); dialog !== null; ) {
      const choices = [...dialog.querySelectorAll(".actions button")];
      const button = choices[pick(choices.length)];
      log.push(`answer ${button.textContent}`);
      if (button.textContent.startsWith("Save")) safe.add(text());
      if (button.textContent.startsWith("Read as")) opened = undefined;
      button.click();
      await until("the dialog is closed", () => !dialog.isConnected);
      await pause();
      dialog = document.querySelector("dialog[open]");
    }
  }

  let opened;

  const actions = {
    write(pick) {
      showText();
      const format = FORMATS[pick(4)];
      const written = documentText(pick, format);
      content().cmTile.root.view.dispatch({ selection: { anchor: 0, head: text().length } });
      log.push(`write ${JSON.stringify(written)}`);
      note(written);
      paste(written);
    },
    type(pick) {
      showText();
      if (text().length > LONGEST) return actions.write(pick);
      const at = pick(text().length + 1);
      content().cmTile.root.view.dispatch({ selection: { anchor: at } });
      const written = [token(), `\n  ${token()}`, `"${token()}": `, " ", "{", "-"][pick(6)];
      log.push(`type ${JSON.stringify(written)} at ${at}`);
      note(written);
      paste(written);
    },
    erase(pick) {
      showText();
      const anchor = pick(text().length + 1);
      const head = pick(3) === 0 ? text().length : anchor + pick(30);
      content().cmTile.root.view.dispatch({ selection: { anchor, head: Math.min(head, text().length) } });
      log.push(`erase ${anchor} to ${head}`);
      press(content(), "Delete", { keyCode: 46 });
    },
    async cell(pick) {
      showTable();
      const cells = all(".table input[type=text], .table textarea").filter(isShown);
      if (cells.length === 0) return;
      const cell = cells[pick(cells.length)];
      const written = [token(), `${token()}\n${token()}`, "_", " ", "'", "\n", "$"][pick(7)];
      cell.focus();
      const at = pick(cell.value.length + 1);
      cell.setSelectionRange(at, Math.min(cell.value.length, at + pick(3)));
      log.push(`cell ${cell.ariaLabel} ${JSON.stringify(written)} at ${at}`);
      cell.setRangeText(written, cell.selectionStart, cell.selectionEnd, "end");
      cell.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText" }));
      await pause();
      // What the page did not take, it says.
      const notes = document.getElementById(cell.getAttribute("aria-describedby"));
      if (cell.isConnected && !notes.textContent.includes("not written")) note(written);
    },
    option(pick) {
      showTable();
      const selects = all(".table select, .table input[type=checkbox]").filter(isShown);
      if (selects.length === 0) return;
      const select = selects[pick(selects.length)];
      log.push(`option ${select.ariaLabel}`);
      if (select.type === "checkbox") return select.click();
      select.selectedIndex = pick(select.options.length);
      select.dispatchEvent(new Event("change", { bubbles: true }));
    },
    row(pick) {
      showTable();
      const removes = all(".table tbody button").filter((button) => button.textContent === "Remove" && isShown(button));
      const [add] = buttons("Add row");
      const button = pick(3) > 0 || removes.length === 0 ? add : removes[pick(removes.length)];
      log.push(`row ${button?.ariaLabel ?? button?.textContent}`);
      button?.click();
    },
    view(pick) {
      const view = VIEWS[pick(VIEWS.length)];
      log.push(`view ${view}`);
      buttons(view)[0]?.click();
    },
    async undo(pick) {
      if (pick(2) === 0) showText();
      else showTable();
      const cells = all(".table input, .table textarea").filter(isShown);
      const target = [content(), ...cells, document.body][pick(cells.length + 2)];
      const keys = [["z"], ["z"], ["z"], ["y"], ["Z", { ctrlKey: true, shiftKey: true }]][pick(5)];
      log.push(`undo ${keys[0]} in ${target.ariaLabel ?? target.tagName}`);
      target.focus();
      const before = text();
      press(target, ...keys);
      chosen = undefined;
      await pause();
      if (text() !== before && !seen.has(`${format()}\n${text()}`)) {
        throw new Error(`undoing leads to a text in a format that it never had: ${format()}`);
      }
    },
    async drop(pick) {
      const kind = FORMATS[pick(4)];
      let written = documentText(pick, kind);
      if (pick(3) === 0) written = written.replaceAll("\n", "\r\n");
      if (pick(8) === 0) written = `${written}\r`;
      const isLatin = pick(6) === 0 && written.includes("ü");
      const bytes = isLatin
        ? Uint8Array.from(written, (letter) => letter.charCodeAt(0))
        : new TextEncoder().encode(written);
      const data = new DataTransfer();
      data.items.add(new File([bytes], `dropped${tokens}.${kind}`));
      const isPlan = isShown(remote());
      log.push(`drop ${isLatin ? "latin " : ""}${kind} ${JSON.stringify(written)}`);
      const audit = document.querySelector(".audit");
      const before = { text: text(), unsaved: isUnsaved(), audit: audit.textContent, remote: remote().value };
      opened = isLatin ? undefined : written;
      const target = isPlan && pick(2) === 0 ? remote() : document.body;
      target.dispatchEvent(
        new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true, composed: true }),
      );
      const notice = document.querySelector("#notice");
      const read = lineFeeds(written);
      const isAsked = () => document.querySelector("dialog[open]") !== null;
      const hasHappened = () =>
        isAsked() ||
        text() === read ||
        remote().value !== before.remote ||
        !notice.hidden ||
        audit.textContent !== before.audit;
      await until("a dropped file is opened", hasHappened);
      await pause();
      if (isPlan && text() !== before.text) throw new Error("a file for the plan has replaced the text");
      if (remote().value !== before.remote) checkField(before.remote);
      const hasReplaced = text() !== before.text;
      if (hasReplaced && before.unsaved) throw new Error("an unsaved text was replaced without asking");
      await choose(pick);
      if (text() === read) {
        chosen = undefined;
        safe.add(read);
        if (opened === written) await checkSaved(written);
      }
      notice.hidden = true;
    },
    format(pick) {
      const select = document.querySelector("#format");
      if (!isShown(select)) return;
      select.selectedIndex = pick(4);
      log.push(`format ${select.value}`);
      select.dispatchEvent(new Event("change", { bubbles: true }));
      chosen = select.value;
    },
    scope(pick) {
      const select = document.querySelector("#scope");
      if (!isShown(select)) return;
      select.selectedIndex = pick(4);
      select.dispatchEvent(new Event("change", { bubbles: true }));
    },
    async example(pick) {
      const [button] = buttons("Load example");
      if (button === undefined) return;
      log.push("example");
      const before = { text: text(), unsaved: isUnsaved() };
      button.click();
      await pause();
      if (text() !== before.text && before.unsaved) throw new Error("an unsaved text was replaced by the example");
      await choose(pick);
      // It has its own format, also if the text was the same.
      chosen = undefined;
      if (text() !== before.text) safe.add(text());
    },
    async save() {
      log.push("save");
      press(document.body, "s");
      safe.add(text());
      await checkSaved();
    },
    async fix() {
      showText();
      const [button] = [...buttons("Apply all safe fixes"), ...all(".findings button").filter(isFix)];
      if (button === undefined) return;
      log.push(`fix ${button.textContent}`);
      const before = text();
      const hint = document.querySelector("#left-out");
      hint.textContent = "";
      button.click();
      // Other actions would come before the answer of the worker. It may be shown first, and the user agrees or not.
      const isAsked = () => document.querySelector("dialog[open]") !== null;
      await until("the text is fixed", () => text() !== before || hint.textContent !== "" || isAsked());
    },
    answer() {
      buttons("Plan")[0].click();
      const written = `{"variables": [], "note": "${token()}"}`;
      log.push(`answer ${written}`);
      remote().focus();
      remote().setSelectionRange(0, 0);
      document.execCommand("insertText", false, written);
      note(written);
    },
  };
  const isFix = (button) => isShown(button) && /^(Fix|Change): /.test(button.textContent);

  /** What is saved is the text, and of a file that was just opened each byte. */
  async function checkSaved(written) {
    if (written !== undefined) press(document.body, "s");
    const bytes = await saved.pop().text();
    const forms = [text(), text().replace(/(?<!\r)\n/g, "\r\n")];
    if (!forms.includes(bytes)) throw new Error("what was saved is not the text");
    if (written !== undefined && bytes !== written) throw new Error("a file that was saved is not the one opened");
  }

  /** The browser itself brings back what was in a field before a file. */
  function checkField(before) {
    remote().focus();
    document.execCommand("undo");
    if (remote().value !== before) throw new Error("undoing does not bring back what was in the field");
  }

  /** Whether something would be lost if the page were left now. */
  function wouldLose() {
    return isUnsaved() || remote().value.trim() !== "";
  }

  async function act(pick) {
    late += BETWEEN_ACTIONS_MS;
    const names = Object.keys(actions);
    const name = names[pick(names.length)];
    const formatBefore = chosen;
    const before = text();
    if (name !== "undo") forget();
    await actions[name](pick);
    await pause();
    await choose(pick);
    seen.add(`${format()}\n${text()}`);
    const { done, undone } = historyState();
    for (const one of entered) {
      if (!isAround(one) && !isIn(done, one) && !isIn(undone, one)) throw new Error(`${one} is lost`);
    }
    if (formatBefore !== undefined && chosen === formatBefore && format() !== chosen) {
      throw new Error(`the chosen format ${chosen} has become ${format()}`);
    }
    if (before !== text()) note(text());
  }

  globalThis.driver = {
    /** Does things at random, and says what was lost; an empty text if nothing was. */
    async run(seed, count) {
      const pick = random(seed);
      log = [];
      try {
        for (let at = 0; at < count; at += 1) await act(pick);
        return "";
      } catch (error) {
        return `seed ${seed}: ${error.message}\n${log.join("\n")}`;
      }
    },
    /** Saves the text and empties the field, so that nothing is lost with the page. */
    async tidy() {
      await actions.save();
      for (const [emptied] of remote().value.matchAll(/token\d+x/g)) entered.delete(emptied);
      remote().value = "";
    },
    wouldLose,
    text,
  };
}
