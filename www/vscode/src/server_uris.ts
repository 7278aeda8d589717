// The addresses of files as the server within the extension sees them. It knows paths only, but a file of a workspace
// in a browser has an address such as `vscode-vfs://github/team/crm.json`. Each file system gets a folder of its own.

/** The parts of an address that make a file. */
export interface Address {
  scheme: string;
  authority: string;
  path: string;
}

/** What exists in the editor only has no path. */
const WITHOUT_PATH = ["untitled", "cxvars-rule"];

/** The file systems of the editor, each of which the server sees as the folder of its number. */
export class ServerUris {
  readonly #systems: Omit<Address, "path">[] = [];

  /** The path that the server sees; undefined for a file that exists in the editor only. */
  pathOf({ scheme, authority, path }: Address): string | undefined {
    if (WITHOUT_PATH.includes(scheme) || !path.startsWith("/")) return undefined;
    let number = this.#systems.findIndex((known) => known.scheme === scheme && known.authority === authority);
    if (number < 0) number = this.#systems.push({ scheme, authority }) - 1;
    return `/${number}${path.replace(/\/$/, "")}`;
  }

  /** The address of a path that the server sees; undefined if it is in none of the file systems. */
  addressOf(path: string): Address | undefined {
    const [, number = "", rest = ""] = /^\/(\d+)(\/.*)?$/s.exec(path) ?? [];
    const system = number === "" ? undefined : this.#systems[Number(number)];
    return system && { ...system, path: rest === "" ? "/" : rest };
  }

  /** The URI that the server sees; undefined for a file that exists in the editor only. */
  toServer(address: Address): string | undefined {
    const path = this.pathOf(address);
    return path === undefined ? undefined : `file://${path.split("/").map(encodeURIComponent).join("/")}`;
  }

  /** The address that a URI of the server means; undefined if it is not a file. */
  fromServer(uri: string): Address | undefined {
    const [, path] = /^file:\/\/(\/.*)$/s.exec(uri) ?? [];
    return path === undefined ? undefined : this.addressOf(decodeURIComponent(path));
  }
}
