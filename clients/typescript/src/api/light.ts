/**
 * The gateway's answers to light clients (docs/api.md): canonical bytes in hex. Nobody has checked them: see
 * `src/chain/light.ts`, and `src/client/follow.ts`, which does.
 */

import type { Header } from "../block.js";
import { headerCodec } from "../block.js";
import type { Certificate } from "../certificate.js";
import { certificateCodec } from "../certificate.js";
import type { SetChange } from "../chain/light.js";
import { setChangeCodec } from "../chain/light.js";
import type { JsonCodec } from "../codec/codec.js";
import { jsonList, jsonStruct } from "../codec/combine.js";
import { inHex } from "../codec/hex.js";
import { bool } from "../codec/primitives.js";
import type { BlockId, Hash, Height } from "../ids.js";
import { blockIdCodec, hashCodec, heightCodec } from "../ids.js";
import type { ValidatorSet } from "../validator.js";
import { validatorSetCodec } from "../validator.js";

/** `GET /v1/light/changes`: changes of the validators. */
export interface LightChanges {
  /** They, by rising height. */
  readonly changes: readonly SetChange[];
  /** True if there are others after the last of them. */
  readonly more: boolean;
  /** The block up to which there are no others, unless there are more. */
  readonly height: Height;
}

/** The JSON of changes of the validators. */
export const lightChangesCodec: JsonCodec<LightChanges> = jsonStruct<LightChanges>({
  changes: jsonList(inHex(setChangeCodec)),
  more: bool,
  height: heightCodec,
});

/** `GET /v1/light/blocks/{height}`: a header with its certificate. */
export interface LightBlock {
  /** The hash of the header. */
  readonly id: BlockId;
  /** The header. */
  readonly header: Header;
  /** The certificate that makes the block final. */
  readonly certificate: Certificate;
}

/** The JSON of headers with their certificates. */
export const lightBlockCodec: JsonCodec<LightBlock> = jsonStruct<LightBlock>({
  id: blockIdCodec,
  header: inHex(headerCodec),
  certificate: inHex(certificateCodec),
});

/** `GET /v1/light/validators/{hash}`: a set of validators. */
export interface LightValidators {
  /** The hash that headers commit to. */
  readonly hash: Hash;
  /** They. */
  readonly set: ValidatorSet;
}

/** The JSON of a set of validators. */
export const lightValidatorsCodec: JsonCodec<LightValidators> = jsonStruct<LightValidators>({
  hash: hashCodec,
  set: inHex(validatorSetCodec),
});
