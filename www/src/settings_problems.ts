// What is wrong with the text of a `cxvars.toml`, from the message of the engine.

/** A mistake in the settings, with its place. */
export interface SettingsProblem {
  /** From 1. */
  line: number;
  /** From 1. */
  column: number;
  message: string;
}

/** What begins each mistake in the engine's message, which has all of them in one line. */
const PLACE = /(?:^|; )cxvars\.toml:(\d+):(\d+): /;

/** The function of the engine that was called, which an error names first. */
const FUNCTION = /^\w+: (?=cxvars\.toml:)/;

/** The mistakes that a message names. A message of another form is about the beginning of the text. */
export function problemsOf(message: string): SettingsProblem[] {
  const [before = "", ...parts] = message.replace(FUNCTION, "").split(PLACE);
  const problems: SettingsProblem[] = [];
  for (let at = 0; at + 2 < parts.length; at += 3) {
    const [line, column, words] = parts.slice(at, at + 3) as [string, string, string];
    problems.push({ line: Number(line), column: Number(column), message: words });
  }
  return problems.length > 0 && before === "" ? problems : [{ line: 1, column: 1, message }];
}

/** Parts of a `cxvars.toml` that only count where its files can be read, each with the key that shows it. */
const OF_FILES: readonly (readonly [name: string, key: RegExp])[] = [
  ["`[contracts]`", /^\s*(?:\[\s*contracts\s*\]|contracts\s*[=.])/m],
  ["`extends`", /^\s*extends\s*=/m],
  ["`baseline`", /^\s*baseline\s*=/m],
  ["policies", /^\s*\[\[\s*plugin\s*\]\]/m],
];

/** The parts of a text that have no effect in the page, because they name files. */
export function partsOfFiles(text: string): string[] {
  return OF_FILES.filter(([, key]) => key.test(text)).map(([name]) => name);
}
