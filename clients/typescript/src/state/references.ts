/** The records of what references were used for, which lie on shelves (protocol, References). */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { CampaignId } from "../campaign.js";
import { campaignIdCodec } from "../campaign.js";
import type { Codec } from "../codec/codec.js";
import type { Tagged } from "../codec/combine.js";
import { struct, tail, variants } from "../codec/combine.js";
import { bool } from "../codec/primitives.js";
import type { HalfId, TransactionId } from "../ids.js";
import { halfIdCodec, transactionIdCodec } from "../ids.js";
import type { Points } from "../points.js";
import { pointsCodec } from "../points.js";
import type { Day, Expiry, TimeMs } from "../time.js";
import { dayCodec, expiryCodec, timeMsCodec } from "../time.js";

/** The ways in which issues can be special. */
interface BesidesByCase {
  /** It waits until a day. */
  readonly pending: { readonly matures: Day };
  /** A campaign has given it. */
  readonly given: { readonly campaign: CampaignId };
  /** Both. */
  readonly given_pending: { readonly campaign: CampaignId; readonly matures: Day };
}

/** The part of an issue that not all have. */
export type Besides = Tagged<"how", BesidesByCase>;

const besidesCodec: Codec<Besides> = variants<BesidesByCase, "how">("how", {
  pending: [0, struct({ matures: dayCodec })],
  given: [1, struct({ campaign: campaignIdCodec })],
  given_pending: [2, struct({ campaign: campaignIdCodec, matures: dayCodec })],
});

/** An issue as it was made, and how much of it has been taken back. */
export interface IssuedRecord {
  /** The account that got the points. */
  readonly to: Address;
  /** The number of points. */
  readonly amount: Points;
  /** Their expiry. */
  readonly expiry: Expiry;
  /** The day of its reference. */
  readonly dated: Day;
  /** The time from which on nothing of it can be reversed. */
  readonly reversibleUntilMs: TimeMs;
  /** The number of them that have been reversed. */
  readonly reversed: Points;
  /** The transaction that wrote it last: the issue, or a reversal. */
  readonly transaction: HalfId;
  /** The part that those of version 1 don't have. */
  readonly besides: Besides | null;
}

/** The forms of the records of issues. */
export const issuedRecordCodec: Codec<IssuedRecord> = struct<IssuedRecord>({
  to: addressCodec,
  amount: pointsCodec,
  expiry: expiryCodec,
  dated: dayCodec,
  reversibleUntilMs: timeMsCodec,
  reversed: pointsCodec,
  transaction: halfIdCodec,
  besides: tail(besidesCodec),
});

/** The mark that a reference has been used for a hold, and what became of it. */
export interface HeldRecord {
  /** The account whose points are held. */
  readonly from: Address;
  /** The day of the request. */
  readonly dated: Day;
  /** The time from which on the brand can't take them any more. */
  readonly expiresMs: TimeMs;
  /** True if the brand has captured or released it. */
  readonly closed: boolean;
  /** The transaction that made it. */
  readonly transaction: TransactionId;
}

/** The forms of the records of holds by their references. */
export const heldRecordCodec: Codec<HeldRecord> = struct<HeldRecord>({
  from: addressCodec,
  dated: dayCodec,
  expiresMs: timeMsCodec,
  closed: bool,
  transaction: transactionIdCodec,
});

/** The mark that a reference has been used for a reversal, and what it took. */
export interface ReversedRecord {
  /** The number of points. */
  readonly amount: Points;
  /** The transaction that took them. */
  readonly transaction: HalfId;
}

/** The forms of the records of reversals. */
export const reversedRecordCodec: Codec<ReversedRecord> = struct<ReversedRecord>({
  amount: pointsCodec,
  transaction: halfIdCodec,
});
