// The files of a folder that the user chose or dropped, and which of them may be documents. Nothing is read before it
// is needed.

import { type Entry, type Folders, type ReadIgnoreFile, walk } from "../vscode/src/walk.ts";

/** A folder that the user opened: its name, and its files by their paths from there. */
export interface OpenedFolder {
  name: string;
  files: Map<string, File>;
}

/** Folders that belong to tools, and may hold thousands of files. */
const OF_TOOLS = new Set([".git", "node_modules"]);

/** The files that a file dialog returns for a folder. */
export function chosenFolder(list: Iterable<File>): OpenedFolder {
  const files = new Map<string, File>();
  let name = "";
  for (const file of list) {
    const [folder = "", ...path] = file.webkitRelativePath.split("/");
    name = folder;
    if (!path.some((part) => OF_TOOLS.has(part))) files.set(path.join("/"), file);
  }
  return { name, files };
}

/** The files of a folder that was dropped. */
export async function droppedFolder(folder: FileSystemDirectoryEntry): Promise<OpenedFolder> {
  const files = new Map<string, File>();
  await collect(folder, "", files);
  return { name: folder.name, files };
}

async function collect(folder: FileSystemDirectoryEntry, path: string, files: Map<string, File>): Promise<void> {
  for (const entry of await entriesOf(folder)) {
    if (entry.isDirectory && !OF_TOOLS.has(entry.name)) {
      await collect(entry as FileSystemDirectoryEntry, `${path}${entry.name}/`, files);
    }
    if (entry.isFile) files.set(path + entry.name, await fileOf(entry as FileSystemFileEntry));
  }
}

async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    // A reader returns its entries in parts; an empty one is the last.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) return all;
    all.push(...part);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** The paths of the files that may be documents: by their names, and without those that git ignores. */
export async function candidates(
  files: ReadonlyMap<string, Pick<File, "text">>,
  read: ReadIgnoreFile,
): Promise<string[]> {
  const folders: Folders = {
    entries: async (folder) => tree.get(folder) ?? [],
    text: async (file) => (await files.get(file.slice(1))?.text()) ?? "",
  };
  const tree = treeOf(files.keys());
  const found = await walk("/", folders, read);
  return found.files.map((path) => path.slice(1));
}

/** The entries of each folder. The folder that was opened counts as a repository, so that what is above it does not. */
function treeOf(paths: Iterable<string>): Map<string, Entry[]> {
  const tree = new Map<string, Entry[]>([["/", [{ name: ".git", kind: "folder" }]]]);
  for (const path of paths) {
    const parts = path.split("/");
    let folder = "/";
    parts.forEach((name, at) => {
      const kind = at === parts.length - 1 ? "file" : "folder";
      const entries = tree.get(folder) ?? [];
      if (kind === "file" || !entries.some((entry) => entry.name === name)) entries.push({ name, kind });
      tree.set(folder, entries);
      folder = folder === "/" ? `/${name}` : `${folder}/${name}`;
    });
  }
  return tree;
}
