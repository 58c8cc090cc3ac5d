/** The records of motions of brands' admins. */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { Approvals } from "../brand.js";
import { approvalsCodec } from "../brand.js";
import type { Codec } from "../codec/codec.js";
import { list, option, struct } from "../codec/combine.js";
import type { MotionId } from "../governance/motion.js";
import { motionIdCodec } from "../governance/motion.js";
import type { Hash } from "../ids.js";
import { hashCodec } from "../ids.js";
import { BRAND_MOTIONS_MAX, OPERATORS_MAX } from "../limits.js";
import type { BrandAction } from "../operation/together.js";
import { brandActionsCodec } from "../operation/together.js";
import type { TimeMs } from "../time.js";
import { timeMsCodec } from "../time.js";

/** The settings of a brand's admins about their motions, and the numbers of those that are undecided. */
export interface BrandRegisterRecord {
  /** The number of admins that the brand asks for, and its wait. */
  readonly approvals: Approvals;
  /** The number of the next motion. */
  readonly next: MotionId;
  /** The motions that are undecided, by number. Some whose time is over may still stand here. */
  readonly open: readonly MotionId[];
}

/** The forms of the registers of brands' motions. */
export const brandRegisterRecordCodec: Codec<BrandRegisterRecord> = struct<BrandRegisterRecord>({
  approvals: approvalsCodec,
  next: motionIdCodec,
  open: list(motionIdCodec, 0, BRAND_MOTIONS_MAX),
});

/** A motion of a brand's admins that is undecided. */
export interface BrandMotionRecord {
  /** The admin who has put it forward. */
  readonly by: Address;
  /** The actions. */
  readonly actions: readonly BrandAction[];
  /** The digest of the brand and the actions. */
  readonly digest: Hash;
  /** The time at which it was put forward. */
  readonly createdMs: TimeMs;
  /** The admins who approve it, sorted. */
  readonly approvedBy: readonly Address[];
  /** The admins who want it stopped, sorted. */
  readonly stoppedBy: readonly Address[];
  /** The time from which on an approval carries it out, once enough have approved it and it has to wait. */
  readonly fromMs: TimeMs | null;
}

const ballots = list(addressCodec, 0, OPERATORS_MAX);

/** The forms of the records of brands' motions. */
export const brandMotionRecordCodec: Codec<BrandMotionRecord> = struct<BrandMotionRecord>({
  by: addressCodec,
  actions: brandActionsCodec,
  digest: hashCodec,
  createdMs: timeMsCodec,
  approvedBy: ballots,
  stoppedBy: ballots,
  fromMs: option(timeMsCodec),
});
