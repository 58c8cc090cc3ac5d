/** The colours of a brand, which follow from its id, so that it looks the same everywhere. */

const LOOKS = 8;

/** The number of a brand's colours, 0 to 7; the style sheet has them. */
export function lookOf(id: string): number {
  let sum = 7;
  for (const letter of id) {
    sum = (sum * 33 + letter.charCodeAt(0)) >>> 0;
  }
  return ((sum ^ (sum >>> 11)) >>> 0) % LOOKS;
}
