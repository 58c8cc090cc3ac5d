/** The gateway's answers about accounts and households (docs/api.md). Nobody has checked them: see `src/chain`. */

import type { Activity } from "../activity.js";
import { activityCodec } from "../activity.js";
import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { Header } from "../block.js";
import { headerCodec } from "../block.js";
import type { BrandId } from "../brand.js";
import { brandIdCodec } from "../brand.js";
import type { Certificate } from "../certificate.js";
import { certificateCodec } from "../certificate.js";
import type { JsonCodec } from "../codec/codec.js";
import { defaulted, jsonList, jsonOption, jsonStruct, orEmpty } from "../codec/combine.js";
import { inHex } from "../codec/hex.js";
import { bool, plainText, u64 } from "../codec/primitives.js";
import type { Guardians, Recovery, Safeguards } from "../guardian.js";
import { guardiansCodec, recoveryCodec, safeguardsCodec } from "../guardian.js";
import type { MemberLimit, MemberRole } from "../household.js";
import { memberLimitsCodec, memberRoleCodec } from "../household.js";
import type { Height, PublicKey } from "../ids.js";
import { heightCodec, publicKeyCodec } from "../ids.js";
import type { Lot, PendingLot, Points } from "../points.js";
import { lotCodec, pendingLotCodec, pointsCodec } from "../points.js";
import type { Reference } from "../reference.js";
import { referenceCodec } from "../reference.js";
import type { Proof } from "../state/proof.js";
import { proofCodec } from "../state/proof.js";
import type { Day, TimeMs } from "../time.js";
import { dayCodec, timeMsCodec } from "../time.js";
import type { TransactionStatus } from "./transactions.js";
import { transactionStatusCodec } from "./transactions.js";

/** The points that an account has of one brand. */
export interface Balance {
  /** The brand of the points. */
  readonly brand: BrandId;
  /** The sum of the lots. */
  readonly total: Points;
  /** The points by expiry, the earliest first. */
  readonly lots: readonly Lot[];
  /** The points that wait, in none of these, by the day on which they can be spent, the earliest first. */
  readonly pending: readonly PendingLot[];
}

/** Points that wait for a brand to take them. */
export interface HeldPoints {
  /** The brand of the points. */
  readonly brand: BrandId;
  /** The till's request. */
  readonly reference: Reference;
  /** The request's day, which a capture or release names. */
  readonly dated: Day;
  /** The sum of the lots. */
  readonly total: Points;
  /** The points by expiry, the earliest first. */
  readonly lots: readonly Lot[];
  /** The time from which on they are their owner's again. */
  readonly expiresMs: TimeMs;
}

/** The used part of a member's limit. */
export interface MemberSpent {
  /** The brand. */
  readonly brand: BrandId;
  /** The points. */
  readonly points: Points;
}

/** A member of a household, or somebody who is invited. */
export interface Member {
  /** The member's account. */
  readonly address: Address;
  /** The role in which it acts. */
  readonly role: MemberRole;
  /** The most that it may spend. */
  readonly limits: readonly MemberLimit[];
  /** The points that the member has spent of its limits in the month of the last block, by brand. */
  readonly spent: readonly MemberSpent[];
}

/** `GET /v1/households/{address}`. */
export interface Household {
  /** Its members, by address. */
  readonly members: readonly Member[];
  /** The invited accounts, by address, with the rights that they would have. */
  readonly invited: readonly Member[];
}

/** A part of an allowance. */
export interface UsedUp {
  /** The part that is used up. */
  readonly used: bigint;
  /** All that there is in a day. */
  readonly most: bigint;
}

/** The part of an account's allowances that it has used up on the day of the last block (UTC). */
export interface Today {
  /** The time at which the day ends, and nothing is used up again. */
  readonly endsMs: TimeMs;
  /** The encoded bytes of its transactions. */
  readonly bytes: UsedUp;
  /** Their operations. */
  readonly operations: UsedUp;
  /** The accounts that its transfers have opened; null for an operator, who may open as many as it likes. */
  readonly openings: UsedUp | null;
  /** The households that it has created. */
  readonly households: UsedUp;
}

/** `GET /v1/accounts/{address}`. */
export interface Account {
  /** The account. */
  readonly address: Address;
  /** True if the ledger knows it, as it does from the first points that it receives. */
  readonly exists: boolean;
  /** The key that signs for it, once it has replaced its first one. */
  readonly rotatedKey: PublicKey | null;
  /** True if its owner has frozen it. */
  readonly frozen: boolean;
  /** The guardians who can bring it back. */
  readonly guardians: Guardians;
  /** The recovery that is under way. */
  readonly recovery: Recovery | null;
  /** The safeguards that keep it from a thief who has its key. */
  readonly safeguards: Safeguards;
  /** Its members, if it is a household. */
  readonly household: Household | null;
  /** The households that it is a member of. */
  readonly memberships: readonly Address[];
  /** The points that it has, by brand; brands of which it holds nothing are left out. */
  readonly balances: readonly Balance[];
  /** The holds for brands that have not expired, by brand; not part of its balances. */
  readonly holds: readonly HeldPoints[];
  /** The part of its allowances that it has used up; null for an unknown address, and for a household. */
  readonly today: Today | null;
  /** The brands whose points these are, for an operator who sees nothing else of the account. */
  readonly onlyOf: readonly BrandId[] | null;
  /** The block after which this is so. */
  readonly height: Height;
}

/** `GET /v1/accounts/{address}/recovery`: the keys and guardians of an account, for those who help it. */
export interface AccountRecovery
  extends Pick<
    Account,
    "address" | "exists" | "rotatedKey" | "frozen" | "guardians" | "recovery" | "safeguards" | "height"
  > {
  /** The time of the block after which this is so. */
  readonly timeMs: TimeMs;
}

/** `GET /v1/accounts/{address}/transactions`: an account's transactions, the newest first. */
export interface History {
  /** One page. */
  readonly transactions: readonly TransactionStatus[];
  /**
   * The account's activity before the last of them; null on a page that leaves some out, which nothing shows to be
   * complete.
   */
  readonly before: Activity | null;
  /** The activity in the account's record: after the newest of all its transactions. Null if there is no record. */
  readonly head: Activity | null;
  /** The brands whose points these have, for an operator who sees no others: then nothing shows that it is complete. */
  readonly onlyOf: readonly BrandId[] | null;
  /**
   * The first height of the gateway's blocks, on the last page of a history that goes back further: `before` counts
   * the transactions that another gateway would show.
   */
  readonly completeFrom: Height | null;
  /** The cursor of the next page; null at the end. */
  readonly nextCursor: string | null;
}

const balanceCodec: JsonCodec<Balance> = jsonStruct<Balance>({
  brand: brandIdCodec,
  total: pointsCodec,
  lots: jsonList(lotCodec),
  pending: orEmpty(jsonList(pendingLotCodec)),
});

const heldPointsCodec: JsonCodec<HeldPoints> = jsonStruct<HeldPoints>({
  brand: brandIdCodec,
  reference: referenceCodec,
  dated: dayCodec,
  total: pointsCodec,
  lots: jsonList(lotCodec),
  expiresMs: timeMsCodec,
});

const memberCodec: JsonCodec<Member> = jsonStruct<Member>({
  address: addressCodec,
  role: memberRoleCodec,
  limits: memberLimitsCodec,
  spent: jsonList(jsonStruct<MemberSpent>({ brand: brandIdCodec, points: pointsCodec })),
});

/** The JSON of households. */
export const householdCodec: JsonCodec<Household> = jsonStruct<Household>({
  members: jsonList(memberCodec),
  invited: jsonList(memberCodec),
});

const usedUpCodec: JsonCodec<UsedUp> = jsonStruct<UsedUp>({ used: u64, most: u64 });

const todayCodec: JsonCodec<Today> = jsonStruct<Today>({
  endsMs: timeMsCodec,
  bytes: usedUpCodec,
  operations: usedUpCodec,
  openings: jsonOption(usedUpCodec),
  households: usedUpCodec,
});

/** The JSON of accounts. */
export const accountCodec: JsonCodec<Account> = jsonStruct<Account>({
  address: addressCodec,
  exists: bool,
  rotatedKey: jsonOption(publicKeyCodec),
  frozen: defaulted(bool, () => false),
  guardians: guardiansCodec,
  recovery: jsonOption(recoveryCodec),
  safeguards: safeguardsCodec,
  household: jsonOption(householdCodec),
  memberships: orEmpty(jsonList(addressCodec)),
  balances: jsonList(balanceCodec),
  holds: orEmpty(jsonList(heldPointsCodec)),
  today: jsonOption(todayCodec),
  onlyOf: jsonOption(jsonList(brandIdCodec)),
  height: heightCodec,
});

/** The JSON of what those see who help an account. */
export const accountRecoveryCodec: JsonCodec<AccountRecovery> = jsonStruct<AccountRecovery>({
  address: addressCodec,
  exists: bool,
  rotatedKey: jsonOption(publicKeyCodec),
  frozen: bool,
  guardians: guardiansCodec,
  recovery: jsonOption(recoveryCodec),
  safeguards: safeguardsCodec,
  height: heightCodec,
  timeMs: timeMsCodec,
});

/** The JSON of pages of histories. */
export const historyCodec: JsonCodec<History> = jsonStruct<History>({
  transactions: jsonList(transactionStatusCodec),
  before: jsonOption(activityCodec),
  head: jsonOption(activityCodec),
  onlyOf: jsonOption(jsonList(brandIdCodec)),
  completeFrom: jsonOption(heightCodec),
  nextCursor: jsonOption(plainText),
});

/** The proof of one record of the state, or of its absence. */
export interface ProvenKey {
  /** The bytes of the key, in hex. */
  readonly key: string;
  /** The proof that was made for it. */
  readonly proof: Proof;
}

/** `GET /v1/accounts/{address}/proof`: the proofs from which an account's answer follows. */
export interface AccountProof {
  /** The header of the block after which they hold. */
  readonly header: Header;
  /** The certificate that makes it final. */
  readonly certificate: Certificate;
  /** They. */
  readonly proofs: readonly ProvenKey[];
}

/** The JSON of the proofs of an account. */
export const accountProofCodec: JsonCodec<AccountProof> = jsonStruct<AccountProof>({
  header: inHex(headerCodec),
  certificate: inHex(certificateCodec),
  proofs: jsonList(jsonStruct<ProvenKey>({ key: plainText, proof: inHex(proofCodec) })),
});
