/**
 * The reasons for which a transaction was refused or failed: stable numbers and names, the same in receipts, HTTP
 * errors and the wallet (protocol, Transactions).
 */

import { CODES } from "./code-table.js";
import type { Codec } from "./codec/codec.js";
import { textOf } from "./codec/primitives.js";
import { DecodeError, EncodeError, JsonError } from "./error.js";

/** The name of a reason. */
export type Code = keyof typeof CODES;

const BY_NUMBER: ReadonlyMap<number, Code> = new Map(allCodes().map((code) => [codeNumber(code), code]));

/** All codes, by number. */
export function allCodes(): readonly Code[] {
  return Object.keys(CODES) as Code[];
}
/** The stable number of a code. */
export function codeNumber(code: Code): number {
  return CODES[code];
}
/** True if a text is a code of the ledger. Gateways have codes of their own besides. */
export function isCode(name: string): name is Code {
  return Object.hasOwn(CODES, name);
}

/** The forms of codes: a u16 in bytes, the name in JSON. */
export const codeCodec: Codec<Code> = {
  write(writer, code) {
    if (!isCode(code)) {
      throw new EncodeError(`${String(code)} is no code; docs/codes.md lists them`);
    }
    writer.small(codeNumber(code), 2);
  },
  read(reader) {
    const number = reader.small(2);
    const code = BY_NUMBER.get(number);
    if (code === undefined) {
      throw new DecodeError(`unknown code ${number}`);
    }
    return code;
  },
  toJson: (code) => code,
  fromJson(json) {
    const name = textOf(json);
    if (!isCode(name)) {
      throw new JsonError(`${name} is no code; docs/codes.md lists them`);
    }
    return name;
  },
};
