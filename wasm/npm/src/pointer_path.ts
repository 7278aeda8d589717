// From a JSON Pointer to the keys that lead to the same place in a value.

/** Keys from the outside in. */
export type Path = readonly PropertyKey[];

/**
 * The keys of a pointer as far as the value has them. They are never none, because react-hook-form takes an issue
 * without a place for no issue at all.
 */
export function pathIn(value: unknown, pointer: string): Path {
  const path: PropertyKey[] = [];
  let at: unknown = value;
  for (const segment of pointer.split("/").slice(1).map(unescaped)) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, segment)) break;
    if (Array.isArray(at) && !/^\d+$/.test(segment)) break;
    path.push(Array.isArray(at) ? Number(segment) : segment);
    at = (at as Record<string, unknown>)[segment];
  }
  return path.length > 0 ? path : [firstKey(value)];
}

function firstKey(value: unknown): PropertyKey {
  if (Array.isArray(value)) return 0;
  const [key = "document"] = typeof value === "object" && value !== null ? Object.keys(value) : [];
  return key;
}

/** RFC 6901, section 4. */
function unescaped(segment: string): string {
  return segment.replaceAll("~1", "/").replaceAll("~0", "~");
}
