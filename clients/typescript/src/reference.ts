/** A brand's own mark on an operation, such as a receipt number (protocol, References). */

import type { Brand } from "./bytes.js";
import { fromHex, toHex } from "./bytes.js";
import type { Codec } from "./codec/codec.js";
import { textOf } from "./codec/primitives.js";
import { DecodeError, EncodeError, TextError } from "./error.js";
import { REFERENCE_BYTES_MAX } from "./limits.js";

/**
 * 1 to 32 bytes in lower-case hex: "References (1 to 32 opaque bytes) are unique per brand and kind of operation: the
 * same receipt is never rewarded twice, the same payment request never paid twice." (protocol, References) Hashed or
 * random: it must not name a person.
 */
export type Reference = Brand<string, "Reference">;

function isLength(count: number): boolean {
  return count >= 1 && count <= REFERENCE_BYTES_MAX;
}

/** Checks that a text is a reference. */
export function parseReference(hex: string): Reference {
  if (!/^[0-9a-f]*$/.test(hex) || hex.length % 2 !== 0 || !isLength(hex.length / 2)) {
    throw new TextError("reference", "a reference is 1 to 32 bytes, written as lower-case hex");
  }
  return hex as Reference;
}

/** The reference that some bytes are. */
export function referenceOf(bytes: Uint8Array): Reference {
  return parseReference(toHex(bytes));
}

/** The forms of references. */
export const referenceCodec: Codec<Reference> = {
  write(writer, reference) {
    const bytes = fromHex(reference);
    if (!isLength(bytes.length)) {
      throw new EncodeError("a reference is 1 to 32 bytes");
    }
    writer.small(bytes.length, 4);
    writer.raw(bytes);
  },
  read(reader) {
    const count = reader.small(4);
    if (!isLength(count)) {
      throw new DecodeError(`a reference of ${count} bytes where 1 to 32 are allowed`);
    }
    return toHex(reader.raw(count)) as Reference;
  },
  toJson: (reference) => reference,
  fromJson: (json) => parseReference(textOf(json)),
};
