/** Amounts that are typed key by key. */

/** Most characters that are taken. */
export const CHARS_MAX = 16;

/** The text after a key was pressed: what would be no amount is not added. */
export function typedKey(text: string, key: string, decimals: number): string {
  const [whole = "", part] = text.split(/[.,]/);
  if (text.length >= CHARS_MAX) {
    return text;
  }
  if (/[.,]/.test(key)) {
    return decimals === 0 || part !== undefined ? text : `${whole === "" ? "0" : whole}${key}`;
  }
  if (part !== undefined) {
    return part.length < decimals ? text + key : text;
  }
  return text === "0" ? key : text + key;
}
