// What counts as bytes.

/** Whether a value is a Uint8Array; of any realm, because a test runner has one of its own. */
export function isBytes(value: unknown): value is Uint8Array {
  return ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === "[object Uint8Array]";
}
