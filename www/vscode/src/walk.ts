// Finds the files of a folder that may be documents. Files that git ignores are left out.

/** An entry of a folder. A link is neither a file nor a folder, as in a search by the program. */
export interface Entry {
  name: string;
  kind: "file" | "folder" | "other";
}

/** The file system, by paths with `/`. */
export interface Folders {
  /** The entries of a folder; none if it cannot be read. */
  entries(folder: string): Promise<Entry[]>;
  /** The text of a file; empty if it cannot be read. */
  text(file: string): Promise<string>;
}

/** Whether the lines of a `.gitignore` say something of a path, which is relative to its folder; folders end in `/`. */
export type Verdict = (path: string) => { ignored: boolean; unignored: boolean };

/** Reads the text of a `.gitignore`. */
export type ReadIgnoreFile = (text: string) => Verdict;

/** A `.gitignore` that counts, with its folder. */
interface IgnoreFile {
  folder: string;
  verdict: Verdict;
}

const IGNORE_FILE = ".gitignore";
const REPOSITORY = ".git";

/** Names that a document may have. The server decides about them, by the configuration of their project. */
const MAY_BE_DOCUMENT = /\.(json|jsonc|ya?ml|env|envrc)$|^\.env(\.|$)/i;

/** Names that say where a project or a repository begins. They count also where git ignores them. */
const MARKS = ["cxvars.toml", REPOSITORY];

/** What a search found. */
export interface Found {
  /** The files that may be documents. */
  files: string[];
  /** The folders that were looked into. */
  folders: string[];
  /** Where these folders have a configuration or are the root of a repository. */
  marks: string[];
}

/** Searches `root` and the folders in it. */
export async function walk(root: string, folders: Folders, read: ReadIgnoreFile): Promise<Found> {
  const above = await ignoreFilesAbove(root, folders, read);
  const found: Found = { files: [], folders: [], marks: [] };
  await enter(root, above ?? [], above !== undefined);
  found.files.sort();
  return found;

  async function enter(folder: string, outer: IgnoreFile[], inRepository: boolean): Promise<void> {
    const entries = await folders.entries(folder);
    found.folders.push(folder);
    for (const { name } of entries) if (MARKS.includes(name)) found.marks.push(inside(folder, name));
    const isRepository = inRepository && entries.some(({ name }) => name === REPOSITORY);
    const own = await ignoreFileOf(folder, entries, folders, read);
    const rules = [...own, ...(isRepository ? [] : outer)];
    const below = entries.filter(({ name, kind }) => {
      if (kind === "folder") return name !== REPOSITORY && !isIgnored(`${inside(folder, name)}/`, rules);
      return kind === "file" && MAY_BE_DOCUMENT.test(name) && !isIgnored(inside(folder, name), rules);
    });
    for (const { name, kind } of below) if (kind === "file") found.files.push(inside(folder, name));
    const subfolders = below.filter(({ kind }) => kind === "folder");
    await Promise.all(subfolders.map(({ name }) => enter(inside(folder, name), rules, inRepository)));
  }
}

/**
 * The files above a folder that count for it, from the innermost outward: those of its repository. Undefined if it is
 * in none; then a file that somebody left further up must not hide documents.
 */
async function ignoreFilesAbove(
  root: string,
  folders: Folders,
  read: ReadIgnoreFile,
): Promise<IgnoreFile[] | undefined> {
  const found: IgnoreFile[] = [];
  for (let folder = root; ; folder = parent(folder)) {
    const entries = await folders.entries(folder);
    if (folder !== root) found.push(...(await ignoreFileOf(folder, entries, folders, read)));
    if (entries.some(({ name }) => name === REPOSITORY)) return found;
    if (parent(folder) === folder) return undefined;
  }
}

async function ignoreFileOf(
  folder: string,
  entries: Entry[],
  folders: Folders,
  read: ReadIgnoreFile,
): Promise<IgnoreFile[]> {
  if (!entries.some(({ name, kind }) => name === IGNORE_FILE && kind === "file")) return [];
  return [{ folder, verdict: read(await folders.text(inside(folder, IGNORE_FILE))) }];
}

/** The innermost file that says something of a path decides. */
function isIgnored(path: string, rules: IgnoreFile[]): boolean {
  for (const { folder, verdict } of rules) {
    const { ignored, unignored } = verdict(path.slice(folder === "/" ? 1 : folder.length + 1));
    if (ignored || unignored) return ignored;
  }
  return false;
}

function inside(folder: string, name: string): string {
  return folder === "/" ? `/${name}` : `${folder}/${name}`;
}

function parent(folder: string): string {
  return folder.slice(0, folder.lastIndexOf("/")) || "/";
}
