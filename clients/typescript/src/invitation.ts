/**
 * Invitations: sums of their own for some accounts, of which a campaign's terms have only the root of a list (protocol,
 * Campaigns).
 */

import type { Address } from "./address.js";
import { addressCodec } from "./address.js";
import type { BrandId } from "./brand.js";
import { brandIdCodec } from "./brand.js";
import { concat, fromHex, toHex } from "./bytes.js";
import type { Campaign, CampaignId } from "./campaign.js";
import { campaignIdCodec } from "./campaign.js";
import type { Codec } from "./codec/codec.js";
import { encode } from "./codec/codec.js";
import { list, struct } from "./codec/combine.js";
import { u64, u8 } from "./codec/primitives.js";
import { chainHash, tag } from "./hash.js";
import type { ChainId, Salt } from "./ids.js";
import { saltCodec } from "./ids.js";
import { INVITATION_PATH_MAX } from "./limits.js";
import type { MerklePath } from "./merkle.js";
import { merkleLeaf, rootOfPath, stepCodec } from "./merkle.js";

/** All that an account shows to take what it is invited to. */
export interface Invitation {
  /** The place of the list's root in the terms, from 0 on. */
  readonly root: number;
  /** The points that it gives, or the points that a unit costs. */
  readonly amount: bigint;
  /** The salt of the line, without which nobody finds out who is on the list. */
  readonly salt: Salt;
  /** The path from the line to the root, from below. */
  readonly path: MerklePath;
}

/** The forms of invitations. */
export const invitationCodec: Codec<Invitation> = struct<Invitation>({
  root: u8,
  amount: u64,
  salt: saltCodec,
  path: list(stepCodec, 0, INVITATION_PATH_MAX),
});

/** An account at a campaign. */
export interface Invited {
  /** The brand. */
  readonly brand: BrandId;
  /** The campaign. */
  readonly campaign: CampaignId;
  /** The account. */
  readonly account: Address;
}

/**
 * The leaf of a line in the tree of its list: that of the hash under `lojal/invitation/v1` (protocol, Campaigns).
 */
export function invitationLeaf(chain: ChainId, { brand, campaign, account }: Invited, amount: bigint, salt: Salt) {
  const line = concat(
    encode(brandIdCodec, brand),
    encode(campaignIdCodec, campaign),
    encode(addressCodec, account),
    encode(u64, amount),
    fromHex(salt),
  );
  return merkleLeaf(chainHash(tag.INVITATION, chain, line));
}

/**
 * An invitation under the list of the terms that it is of: the brand may not have known which that is when it made the
 * list. Null if it is of none of them, or not for this account at this campaign.
 */
export function invitationUnder(
  chain: ChainId,
  of: Invited,
  terms: Campaign,
  invitation: Invitation,
): Invitation | null {
  const under = terms.invited.map((_, root) => ({ ...invitation, root }));
  return under.find((one) => isInvited(chain, of, terms, one)) ?? null;
}

/** True if an invitation is of a list that the terms know, for this account at this campaign, with a sum that fits. */
export function isInvited(chain: ChainId, of: Invited, { invited, award }: Campaign, invitation: Invitation): boolean {
  const { root, amount, salt, path } = invitation;
  const found = toHex(rootOfPath(invitationLeaf(chain, of, amount, salt), path));
  const least = award.type === "points" || award.type === "cause" ? 1n : 0n;
  const fits = amount >= least && (award.type !== "points" || amount <= award.upTo);
  return invited[root] === found && fits;
}
