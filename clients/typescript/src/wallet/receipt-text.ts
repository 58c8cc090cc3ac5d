/** References of receipts, so that no text of a receipt goes on the ledger. */

import { utf8 } from "../bytes.js";
import { tag, taggedHash } from "../hash.js";
import type { Reference } from "../reference.js";
import { referenceOf } from "../reference.js";
import { typed } from "./typed.js";

/**
 * The reference of a receipt: SHA-256(`lojal/receipt/v1` ‖ the text as UTF-8, in its one form). The same text always
 * gives the same reference, so every till of a brand can find an issue again from the receipt alone. It hides a text
 * only as far as nobody can guess it.
 */
export function receiptReference(text: string): Reference {
  return referenceOf(taggedHash(tag.RECEIPT, utf8(typed(text))));
}
