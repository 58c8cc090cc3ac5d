/** Values whose canonical bytes stand in JSON, in hex. */

import { fromHex, toHex } from "../bytes.js";
import type { BytesCodec, JsonCodec } from "./codec.js";
import { decode, encode } from "./codec.js";
import { textOf } from "./primitives.js";

/** The JSON of values that gateways show as canonical bytes. */
export function inHex<T>(codec: BytesCodec<T>): JsonCodec<T> {
  return {
    toJson: (value) => toHex(encode(codec, value)),
    fromJson: (json) => decode(codec, fromHex(textOf(json))),
  };
}
