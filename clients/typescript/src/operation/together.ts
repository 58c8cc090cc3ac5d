/** The operations by which a brand's admins decide together, and what they can decide (protocol, Brands). */

import type { BrandId } from "../brand.js";
import { brandIdCodec } from "../brand.js";
import { toHex } from "../bytes.js";
import type { Codec } from "../codec/codec.js";
import { encode } from "../codec/codec.js";
import type { Tagged, VariantCodecs } from "../codec/combine.js";
import { list, option, struct, variants } from "../codec/combine.js";
import { u64, u8 } from "../codec/primitives.js";
import type { MotionId } from "../governance/motion.js";
import { motionIdCodec } from "../governance/motion.js";
import { chainHash, tag } from "../hash.js";
import type { ChainId, Hash } from "../ids.js";
import { hashCodec } from "../ids.js";
import { MOTION_ACTIONS_MAX } from "../limits.js";
import type { TimeMs } from "../time.js";
import { timeMsCodec } from "../time.js";
import type { BrandOperations } from "./brands.js";
import { brandOperations } from "./brands.js";
import type { CampaignOperations } from "./campaigns.js";
import { campaignOperations } from "./campaigns.js";
import type { PeopleOperations } from "./people.js";
import { peopleOperations } from "./people.js";
import type { ProgrammeOperations } from "./programme.js";
import { programmeOperations } from "./programme.js";

/** The admins of a brand say how many of them it takes, and how long they wait with what widens. */
export interface SetApprovals {
  /** The brand. */
  readonly brand: BrandId;
  /** The number of admins that a motion takes, 1 to all of them. */
  readonly needed: number;
  /** The time between the approval of a motion that widens something and its effect, in milliseconds. */
  readonly delayMs: bigint;
}

/** The admins of a brand say when it leaves, or that it doesn't after all. */
export interface CloseBrand {
  /** The brand. */
  readonly brand: BrandId;
  /** The time at which what is left of its points expires, a whole minute; null if it stays. */
  readonly closesMs: TimeMs | null;
}

/** The actions of brands' motions, by type: operations that one admin could send where one is enough. */
export interface BrandActionsByType
  extends Pick<
      BrandOperations,
      | "propose_partnership"
      | "accept_partnership"
      | "end_partnership"
      | "settle"
      | "set_policy"
      | "set_operator"
      | "remove_operator"
      | "set_pending_days"
    >,
    Pick<PeopleOperations, "start_recovery" | "finish_recovery" | "agree">,
    Pick<ProgrammeOperations, "set_track">,
    Pick<CampaignOperations, "set_campaign" | "accept_sponsorship"> {
  /** See {@link SetApprovals}. */
  readonly set_approvals: SetApprovals;
  /** See {@link CloseBrand}. */
  readonly close_brand: CloseBrand;
}

/** One step of a brand's motion: its fields, and its `type`. */
export type BrandAction = Tagged<"type", BrandActionsByType>;

const setApprovals = [
  30,
  struct<SetApprovals>({ brand: brandIdCodec, needed: u8, delayMs: u64 }),
] as const;

const closeBrand = [31, struct<CloseBrand>({ brand: brandIdCodec, closesMs: option(timeMsCodec) })] as const;

/** The forms of actions of brands' motions. Their numbers are those of the operations. */
export const brandActionCodec: Codec<BrandAction> = variants<BrandActionsByType, "type">("type", {
  propose_partnership: brandOperations.propose_partnership,
  accept_partnership: brandOperations.accept_partnership,
  end_partnership: brandOperations.end_partnership,
  settle: brandOperations.settle,
  set_policy: brandOperations.set_policy,
  set_operator: brandOperations.set_operator,
  remove_operator: brandOperations.remove_operator,
  set_approvals: setApprovals,
  close_brand: closeBrand,
  start_recovery: peopleOperations.start_recovery,
  finish_recovery: peopleOperations.finish_recovery,
  agree: peopleOperations.agree,
  set_track: programmeOperations.set_track,
  set_campaign: campaignOperations.set_campaign,
  accept_sponsorship: campaignOperations.accept_sponsorship,
  set_pending_days: brandOperations.set_pending_days,
});

/** The forms of the actions of a brand's motion, in the order in which they happen. */
export const brandActionsCodec: Codec<readonly BrandAction[]> = list(brandActionCodec, 1, MOTION_ACTIONS_MAX);

const digestedCodec: Codec<ProposeForBrand> = struct<ProposeForBrand>({
  brand: brandIdCodec,
  actions: brandActionsCodec,
});

/**
 * The digest by which admins name what they approve: "The digest is `lojal/brand-motion/v1` of the brand and the
 * actions, so nobody approves of other actions than those that were shown." (protocol, Brands)
 */
export function brandMotionDigest(chain: ChainId, brand: BrandId, actions: readonly BrandAction[]): Hash {
  return toHex(chainHash(tag.BRAND_MOTION, chain, encode(digestedCodec, { brand, actions }))) as Hash;
}

/** An admin puts a motion of its brand forward, and approves it by that. */
export interface ProposeForBrand {
  /** The brand. */
  readonly brand: BrandId;
  /** The actions that happen together or not at all. */
  readonly actions: readonly BrandAction[];
}

/** An admin approves a motion of its brand; once its wait is over, that carries it out. */
export interface ApproveForBrand {
  /** The brand. */
  readonly brand: BrandId;
  /** The motion. */
  readonly motion: MotionId;
  /** The digest of the brand and the actions, so that nobody approves of others than those that were shown. */
  readonly digest: Hash;
}

/** An admin wants a motion of its brand stopped; whoever has put it forward takes it back by that. */
export interface StopForBrand {
  /** The brand. */
  readonly brand: BrandId;
  /** The motion. */
  readonly motion: MotionId;
}

/** The operations of admins who decide together, by type. */
export interface TogetherOperations {
  /** See {@link ProposeForBrand}. */
  readonly propose_for_brand: ProposeForBrand;
  /** See {@link ApproveForBrand}. */
  readonly approve_for_brand: ApproveForBrand;
  /** See {@link StopForBrand}. */
  readonly stop_for_brand: StopForBrand;
  /** See {@link SetApprovals}. */
  readonly set_approvals: SetApprovals;
  /** See {@link CloseBrand}. */
  readonly close_brand: CloseBrand;
}

/** The numbers and forms of the operations of admins who decide together. */
export const togetherOperations: VariantCodecs<TogetherOperations> = {
  propose_for_brand: [27, digestedCodec],
  approve_for_brand: [
    28,
    struct<ApproveForBrand>({ brand: brandIdCodec, motion: motionIdCodec, digest: hashCodec }),
  ],
  stop_for_brand: [29, struct<StopForBrand>({ brand: brandIdCodec, motion: motionIdCodec })],
  set_approvals: setApprovals,
  close_brand: closeBrand,
};
