// Finds the program `cxvars` on a desktop.

/** What the search asks the machine. */
export interface Machine {
  windows: boolean;
  /** The folders of `PATH`. */
  path: readonly string[];
  isFile(path: string): Promise<boolean>;
  /** What `PROGRAM --version` prints; rejects if it cannot be started. */
  version(program: string): Promise<string>;
}

/** Where to look. */
export interface Wanted {
  /** The setting `cxvars.path`; empty if it is not set. */
  setting: string;
  /** The folder of the extension. */
  extension: string;
  /** The version of the extension. */
  version: string;
}

/** The program to start, or why there is none. */
export type Program =
  | { path: string; version: string }
  /** `problem` is for the user, who asked for a program that cannot be used; without one, none is installed. */
  | { path: undefined; problem: string | undefined };

/** Finds the program: by the setting, in the extension, on `PATH`. */
export async function findProgram(wanted: Wanted, machine: Machine): Promise<Program> {
  if (wanted.setting !== "") return usable(wanted.setting, "cxvars.path names", wanted.version, machine);
  const name = machine.windows ? "cxvars.exe" : "cxvars";
  const bundled = joined(wanted.extension, "bin", name);
  if (await machine.isFile(bundled)) return usable(bundled, "the extension contains", wanted.version, machine);
  for (const folder of machine.path.filter(isAbsolute)) {
    const path = joined(folder, name);
    if (await machine.isFile(path)) return usable(path, "PATH leads to", wanted.version, machine);
  }
  return { path: undefined, problem: undefined };
}

async function usable(path: string, how: string, wanted: string, machine: Machine): Promise<Program> {
  const refused = (problem: string) => ({ path: undefined, problem: `${how} \`${path}\`, ${problem}` });
  if (!isAbsolute(path)) return refused("which is not an absolute path; write one");
  if (!(await machine.isFile(path))) return refused("which is not a file; correct the path, or clear the setting");
  let printed: string;
  try {
    printed = await machine.version(path);
  } catch {
    return refused("which cannot be started; install cxvars again, or name another program by cxvars.path");
  }
  const version = /^cxvars (\d+\.\d+\.\d+\S*)\s*$/.exec(printed)?.[1];
  if (version === undefined) return refused("which is another program; set cxvars.path to cxvars");
  if (isOlder(version, wanted)) {
    return refused(`which is version ${version}; install cxvars ${minor(wanted).join(".")} or later`);
  }
  return { path, version };
}

/** Whether a version is of an older minor version than another one. */
export function isOlder(version: string, other: string): boolean {
  const [major, least] = [minor(version), minor(other)];
  return major[0] < least[0] || (major[0] === least[0] && major[1] < least[1]);
}

function minor(version: string): [major: number, minor: number] {
  const [major = "0", minor = "0"] = version.split(".");
  return [Number(major), Number(minor)];
}

/** Relative folders of `PATH` are left out: they would start what lies in the workspace. */
function isAbsolute(path: string): boolean {
  return path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path) || path.startsWith("\\\\");
}

function joined(...parts: string[]): string {
  const separator = parts[0]?.includes("\\") ? "\\" : "/";
  return parts.join(separator);
}
