/** The gateway's answers about motions of brands' admins (docs/api.md). Nobody has checked them: see `src/chain`. */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { Approvals, BrandId } from "../brand.js";
import { approvalsCodec, brandIdCodec } from "../brand.js";
import type { JsonCodec } from "../codec/codec.js";
import { jsonList, jsonOption, jsonStruct } from "../codec/combine.js";
import { u8 } from "../codec/primitives.js";
import type { MotionId } from "../governance/motion.js";
import { motionIdCodec } from "../governance/motion.js";
import type { Hash, Height } from "../ids.js";
import { hashCodec, heightCodec } from "../ids.js";
import type { BrandAction } from "../operation/together.js";
import { brandActionsCodec } from "../operation/together.js";
import type { TimeMs } from "../time.js";
import { timeMsCodec } from "../time.js";

/** A motion of a brand's admins that is undecided. */
export interface BrandMotionAnswer {
  /** Its number, of this brand. */
  readonly motion: MotionId;
  /** The admin who has put it forward. */
  readonly by: Address;
  /** The actions. */
  readonly actions: readonly BrandAction[];
  /** The digest of the brand and the actions, which whoever approves repeats. */
  readonly digest: Hash;
  /** The time at which it was put forward. */
  readonly createdMs: TimeMs;
  /** The time from which on it is lapsed, if it isn't decided before. */
  readonly lapsesMs: TimeMs;
  /** The admins who approve it. */
  readonly approvedBy: readonly Address[];
  /** The number of them who count now: none whose account is stopped. */
  readonly counting: number;
  /** The admins who want it stopped. */
  readonly stoppedBy: readonly Address[];
  /** The time from which on an approval carries it out, once enough have approved it and it has to wait. */
  readonly fromMs: TimeMs | null;
}

/** `GET /v1/brands/{id}/motions`. */
export interface BrandMotions {
  /** The brand. */
  readonly brand: BrandId;
  /** The number of its admins that it asks for, and its wait. */
  readonly approvals: Approvals;
  /** The motions that are undecided, by number. */
  readonly motions: readonly BrandMotionAnswer[];
  /** The block after which this is so. */
  readonly height: Height;
}

/** The JSON of a brand's motions. */
export const brandMotionsCodec: JsonCodec<BrandMotions> = jsonStruct<BrandMotions>({
  brand: brandIdCodec,
  approvals: approvalsCodec,
  motions: jsonList(
    jsonStruct<BrandMotionAnswer>({
      motion: motionIdCodec,
      by: addressCodec,
      actions: brandActionsCodec,
      digest: hashCodec,
      createdMs: timeMsCodec,
      lapsesMs: timeMsCodec,
      approvedBy: jsonList(addressCodec),
      counting: u8,
      stoppedBy: jsonList(addressCodec),
      fromMs: jsonOption(timeMsCodec),
    }),
  ),
  height: heightCodec,
});
