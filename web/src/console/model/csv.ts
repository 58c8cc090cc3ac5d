/** Tables that other programs read: comma-separated values (RFC 4180), in which no cell is a formula. */

/**
 * A value as it stands between commas. Spreadsheets take what begins with one of these signs for a formula, so an
 * apostrophe goes before it; plain numbers below zero are none.
 */
export function cell(text: string): string {
  const isFormula = /^\s*[=+\-@\t\r]/.test(text) && !/^-[0-9]+(?:\.[0-9]+)?$/.test(text);
  const safe = isFormula ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/** A table with its head. */
export function csvOf(head: readonly string[], lines: readonly (readonly string[])[]): string {
  return [head, ...lines].map((line) => `${line.map(cell).join(",")}\r\n`).join("");
}
