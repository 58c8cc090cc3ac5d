/**
 * The kinds of records of the state: "a byte for the kind, then borsh" (protocol, State and proofs) is the key of each.
 */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { BrandId } from "../brand.js";
import { brandIdCodec } from "../brand.js";
import { concat, firstBytes, fromHex } from "../bytes.js";
import type { CampaignId } from "../campaign.js";
import { campaignIdCodec } from "../campaign.js";
import type { Codec } from "../codec/codec.js";
import { decode, encode } from "../codec/codec.js";
import { nothing, struct } from "../codec/combine.js";
import { u64 } from "../codec/primitives.js";
import { DecodeError } from "../error.js";
import type { MotionId } from "../governance/motion.js";
import { motionIdCodec } from "../governance/motion.js";
import { tag, taggedHash } from "../hash.js";
import { memberRightsCodec } from "../household.js";
import type { Hash } from "../ids.js";
import type { Name } from "../name/name.js";
import { nameCodec } from "../name/name.js";
import { parametersCodec, settingsCodec } from "../parameters.js";
import { pointsCodec, totalsCodec } from "../points.js";
import type { Reference } from "../reference.js";
import { referenceCodec } from "../reference.js";
import type { Day, Expiry, Month } from "../time.js";
import { dayCodec, expiryCodec, monthCodec } from "../time.js";
import type { TrackId } from "../track.js";
import { trackCodec, trackIdCodec } from "../track.js";
import { validatorSetCodec } from "../validator.js";
import * as brandMotions from "./brand-motions.js";
import * as campaigns from "./campaigns.js";
import * as governance from "./governance.js";
import * as payments from "./payments.js";
import * as programme from "./programme.js";
import * as records from "./records.js";
import * as references from "./references.js";
import * as vouchers from "./vouchers.js";

/** A kind of record: its number, and the forms of its key and of the record under it. */
export interface RecordKind<K, R> {
  /** The first byte of every key of this kind. */
  readonly number: number;
  /** The forms of the key after that byte. */
  readonly key: Codec<K>;
  /** The forms of the record. */
  readonly record: Codec<R>;
}

function kind<K, R>(number: number, key: Codec<K>, record: Codec<R>): RecordKind<K, R> {
  return { number, key, record };
}

const ofBrand = struct<{ readonly brand: BrandId }>({ brand: brandIdCodec });
const ofAccount = struct<{ readonly account: Address }>({ account: addressCodec });
const ofHousehold = struct<{ readonly household: Address }>({ household: addressCodec });
const ofMember = struct<{ readonly household: Address; readonly member: Address }>({
  household: addressCodec,
  member: addressCodec,
});
const accountAndBrand = struct<{ readonly account: Address; readonly brand: BrandId }>({
  account: addressCodec,
  brand: brandIdCodec,
});
const operatorOfBrand = struct<{ readonly brand: BrandId; readonly operator: Address }>({
  brand: brandIdCodec,
  operator: addressCodec,
});
const fromTo = struct<{ readonly from: BrandId; readonly to: BrandId }>({ from: brandIdCodec, to: brandIdCodec });
const onShelf = struct<{ readonly shelf: Month; readonly brand: BrandId; readonly reference: Reference }>({
  shelf: monthCodec,
  brand: brandIdCodec,
  reference: referenceCodec,
});

/** Every kind of record, by its name. */
export const recordKinds = {
  parameters: kind(1, nothing, parametersCodec),
  validators: kind(2, nothing, validatorSetCodec),
  brandList: kind(3, nothing, records.brandListRecordCodec),
  recent: kind(4, struct<{ readonly minute: bigint }>({ minute: u64 }), records.recentRecordCodec),
  holdEnds: kind(5, struct<{ readonly hour: bigint }>({ hour: u64 }), records.brandListRecordCodec),
  shelf: kind(6, struct<{ readonly month: Month }>({ month: monthCodec }), records.shelfRecordCodec),
  protocol: kind(7, nothing, governance.protocolRecordCodec),
  register: kind(8, nothing, governance.registerRecordCodec),
  motion: kind(9, struct<{ readonly motion: MotionId }>({ motion: motionIdCodec }), governance.motionRecordCodec),
  seat: kind(10, struct<{ readonly name: Name }>({ name: nameCodec }), governance.seatRecordCodec),
  followers: kind(11, nothing, governance.followersRecordCodec),
  settings: kind(12, nothing, settingsCodec),
  closings: kind(13, nothing, records.closingsRecordCodec),
  brand: kind(16, struct<{ readonly id: BrandId }>({ id: brandIdCodec }), records.brandRecordCodec),
  totals: kind(17, ofBrand, totalsCodec),
  outstanding: kind(
    18,
    struct<{ readonly brand: BrandId; readonly expiry: Expiry }>({ brand: brandIdCodec, expiry: expiryCodec }),
    pointsCodec,
  ),
  operator: kind(19, operatorOfBrand, records.operatorRecordCodec),
  trackList: kind(20, ofBrand, programme.trackListRecordCodec),
  track: kind(
    21,
    struct<{ readonly brand: BrandId; readonly track: TrackId }>({ brand: brandIdCodec, track: trackIdCodec }),
    trackCodec,
  ),
  campaignList: kind(22, ofBrand, campaigns.campaignListRecordCodec),
  operatorList: kind(23, ofBrand, records.operatorListRecordCodec),
  issuedToday: kind(24, operatorOfBrand, records.dayCountCodec),
  campaign: kind(
    25,
    struct<{ readonly brand: BrandId; readonly campaign: CampaignId }>({
      brand: brandIdCodec,
      campaign: campaignIdCodec,
    }),
    campaigns.campaignRecordCodec,
  ),
  heldUntil: kind(
    27,
    struct<{ readonly brand: BrandId; readonly hour: bigint }>({ brand: brandIdCodec, hour: u64 }),
    records.heldUntilRecordCodec,
  ),
  brandRegister: kind(28, ofBrand, brandMotions.brandRegisterRecordCodec),
  brandMotion: kind(
    29,
    struct<{ readonly brand: BrandId; readonly motion: MotionId }>({ brand: brandIdCodec, motion: motionIdCodec }),
    brandMotions.brandMotionRecordCodec,
  ),
  pending: kind(
    30,
    struct<{ readonly brand: BrandId; readonly matures: Day }>({ brand: brandIdCodec, matures: dayCodec }),
    records.pendingRecordCodec,
  ),
  account: kind(32, ofAccount, records.accountRecordCodec),
  balance: kind(33, accountAndBrand, records.balanceRecordCodec),
  holds: kind(34, accountAndBrand, records.holdsRecordCodec),
  transferredToday: kind(
    35,
    struct<{ readonly sender: Address; readonly brand: BrandId }>({ sender: addressCodec, brand: brandIdCodec }),
    records.dayCountCodec,
  ),
  governor: kind(36, ofAccount, governance.governorRecordCodec),
  standing: kind(37, accountAndBrand, programme.standingRecordCodec),
  vouchers: kind(38, accountAndBrand, vouchers.vouchersRecordCodec),
  partnership: kind(48, fromTo, records.partnershipRecordCodec),
  partners: kind(49, ofBrand, records.brandListRecordCodec),
  convertedToday: kind(50, fromTo, records.dayCountCodec),
  obligation: kind(
    51,
    struct<{ readonly debtor: BrandId; readonly creditor: BrandId }>({
      debtor: brandIdCodec,
      creditor: brandIdCodec,
    }),
    records.obligationRecordCodec,
  ),
  creditors: kind(52, ofBrand, records.brandListRecordCodec),
  settled: kind(
    53,
    struct<{ readonly creditor: BrandId; readonly reference: Reference }>({
      creditor: brandIdCodec,
      reference: referenceCodec,
    }),
    nothing,
  ),
  memberships: kind(64, ofAccount, records.membershipsRecordCodec),
  household: kind(65, ofHousehold, records.householdRecordCodec),
  member: kind(66, ofMember, memberRightsCodec),
  invitation: kind(67, ofMember, memberRightsCodec),
  spent: kind(68, ofMember, records.spentRecordCodec),
  issued: kind(80, onShelf, references.issuedRecordCodec),
  redeemed: kind(81, onShelf, payments.redeemedRecordCodec),
  reversed: kind(82, onShelf, references.reversedRecordCodec),
  held: kind(83, onShelf, references.heldRecordCodec),
  captured: kind(84, onShelf, payments.capturedRecordCodec),
  stamped: kind(85, onShelf, programme.stampedRecordCodec),
  takenBack: kind(86, onShelf, programme.takenBackRecordCodec),
  marked: kind(88, onShelf, campaigns.markedRecordCodec),
  givenVoucher: kind(89, onShelf, vouchers.givenVoucherRecordCodec),
  usedVoucher: kind(90, onShelf, vouchers.usedVoucherRecordCodec),
  refunded: kind(92, onShelf, payments.refundedRecordCodec),
} as const;

/** The name of a kind of record. */
export type RecordKindName = keyof typeof recordKinds;

/** The canonical bytes of a key. */
export function encodeKey<K, R>(of: RecordKind<K, R>, key: K): Uint8Array {
  return concat(Uint8Array.of(of.number), encode(of.key, key));
}

/** The key of a kind that bytes are. */
export function decodeKey<K, R>(of: RecordKind<K, R>, bytes: Uint8Array): K {
  if (bytes[0] !== of.number) {
    throw new DecodeError(`this is no key of kind ${of.number}`);
  }
  return decode(of.key, bytes.slice(1));
}

/**
 * True if a kind is about an account: "kinds 32 to 47 and 64 to 79, whose keys begin with the account's address"
 * (protocol, State and proofs).
 */
export function isAboutAccount(number: number): boolean {
  return (number >= 32 && number <= 47) || (number >= 64 && number <= 79);
}

/** Bytes of a blind. */
const BLIND_BYTES = 16;

/**
 * True if the values of a kind end with a blind: "The record of every kind that is about an account ends with its
 * blind, but for the account's own (32), which has the digest in it, and that of a governor's seat (36), which is
 * public." (protocol, State and proofs)
 */
function isBlinded(number: number): boolean {
  return isAboutAccount(number) && number !== recordKinds.account.number && number !== recordKinds.governor.number;
}

/**
 * The blind of a record that a block changes: "the first 16 bytes of the hash, under `lojal/blind/v1`, of the digest of
 * the account's activity after the block and the key" (protocol, State and proofs).
 */
export function blindOf(digest: Hash, key: Uint8Array): Uint8Array {
  return firstBytes(taggedHash(tag.BLIND, fromHex(digest), key), BLIND_BYTES);
}

/**
 * The bytes that the state keeps under a key when a block has left the account that it is about with this digest of its
 * activity: the record, and the blind if records of this kind have one.
 */
export function encodeValue<K, R>(of: RecordKind<K, R>, key: K, record: R, digest: Hash): Uint8Array {
  const bytes = encode(of.record, record);
  return isBlinded(of.number) ? concat(bytes, blindOf(digest, encodeKey(of, key))) : bytes;
}

/** The record of a value of the state, without its blind. Who has a proof of the value need not know the digest. */
export function decodeValue<K, R>(of: RecordKind<K, R>, value: Uint8Array): R {
  if (!isBlinded(of.number)) {
    return decode(of.record, value);
  }
  if (value.length < BLIND_BYTES) {
    throw new DecodeError("there is no blind after the record");
  }
  return decode(of.record, value.slice(0, -BLIND_BYTES));
}

/** The kind of record that a key's first byte says. */
export function kindOfKey(bytes: Uint8Array): RecordKindName {
  const found = (Object.keys(recordKinds) as RecordKindName[]).find((name) => recordKinds[name].number === bytes[0]);
  if (found === undefined) {
    throw new DecodeError(`there is no kind of record with number ${bytes[0]}`);
  }
  return found;
}
