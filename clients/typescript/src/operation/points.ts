/** Giving, moving, holding and taking points. */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { BrandId } from "../brand.js";
import { brandIdCodec } from "../brand.js";
import type { VariantCodecs } from "../codec/combine.js";
import { option, struct } from "../codec/combine.js";
import type { Points } from "../points.js";
import { pointsCodec } from "../points.js";
import type { Reference } from "../reference.js";
import { referenceCodec } from "../reference.js";
import type { AnsweredRequest } from "../request.js";
import { answeredRequestCodec } from "../request.js";
import type { Day, Month, TimeMs } from "../time.js";
import { dayCodec, monthCodec, timeMsCodec } from "../time.js";

/** A brand's operator gives new points to an account. */
export interface Issue {
  /** The brand of the points. */
  readonly brand: BrandId;
  /** The account that gets them. */
  readonly to: Address;
  /** The number of points. */
  readonly amount: Points;
  /** The receipt that they reward; a brand issues once per reference. */
  readonly reference: Reference;
  /** The day on the receipt. */
  readonly dated: Day;
  /** The last month in which they can be used, if they expire earlier than the brand's policy says. */
  readonly expiry: Month | null;
}

/** The owner of points gives them back to the brand for what it offers. */
export interface Redeem {
  /** The brand of the points. */
  readonly brand: BrandId;
  /** The account that they come from. */
  readonly from: Address;
  /** The number of points. */
  readonly amount: Points;
  /** The till's request that this pays, if it pays one. */
  readonly request: AnsweredRequest | null;
}

/** The owner of points gives them to another account. */
export interface Transfer {
  /** The brand of the points. */
  readonly brand: BrandId;
  /** The account that they come from. */
  readonly from: Address;
  /** The account that gets them, with their expiry unchanged. */
  readonly to: Address;
  /** The number of points. */
  readonly amount: Points;
}

/**
 * A brand's operator takes back all or part of an issue after a returned purchase: as many as are left of it, up to
 * `amount`, or nothing if they are fewer than `atLeast`.
 */
export interface Reverse {
  /** The brand of the points. */
  readonly brand: BrandId;
  /** The account that the points had been issued to. */
  readonly from: Address;
  /** Most points that are taken. */
  readonly amount: Points;
  /** Least points that are taken, 1 to `amount`. */
  readonly atLeast: Points;
  /** The reference of the issue. */
  readonly issueReference: Reference;
  /** The day of the issue's reference. */
  readonly issueDated: Day;
  /** The reference of this reversal; a brand reverses once per reference. */
  readonly reference: Reference;
  /** The day of this reversal's reference. */
  readonly dated: Day;
}

/** The owner of points holds them ready for the brand, which can take them until a time. */
export interface Hold {
  /** The brand of the points. */
  readonly brand: BrandId;
  /** The account that they come from. */
  readonly from: Address;
  /** The number of points. */
  readonly amount: Points;
  /** The time at which the hold ends, rounded up to a whole minute. */
  readonly expiresMs: TimeMs;
  /** The request that this answers, a till's or the owner's own. Its reference names the hold. */
  readonly request: AnsweredRequest;
}

/** A brand's operator takes all or part of what is held; the rest returns at once. */
export interface Capture {
  /** The brand of the points. */
  readonly brand: BrandId;
  /** The account that they are held from. */
  readonly from: Address;
  /** The reference of the hold. */
  readonly holdReference: Reference;
  /** The day of the hold's request. */
  readonly holdDated: Day;
  /** The number of points, at most those that are held. */
  readonly amount: Points;
  /** The reference of this capture; a brand captures once per reference. */
  readonly reference: Reference;
  /** The day of this capture's reference. */
  readonly dated: Day;
}

/** A brand's operator lets go of what is held; once the hold has expired its owner can do so too. */
export interface Release {
  /** The brand of the points. */
  readonly brand: BrandId;
  /** The account that they are held from. */
  readonly from: Address;
  /** The reference of the hold. */
  readonly holdReference: Reference;
  /** The day of the hold's request. */
  readonly holdDated: Day;
}

/** The operations on points, by type. */
export interface PointOperations {
  /** See {@link Issue}. */
  readonly issue: Issue;
  /** See {@link Redeem}. */
  readonly redeem: Redeem;
  /** See {@link Transfer}. */
  readonly transfer: Transfer;
  /** See {@link Reverse}. */
  readonly reverse: Reverse;
  /** See {@link Hold}. */
  readonly hold: Hold;
  /** See {@link Capture}. */
  readonly capture: Capture;
  /** See {@link Release}. */
  readonly release: Release;
}

/** The numbers and forms of the operations on points. */
export const pointOperations: VariantCodecs<PointOperations> = {
  issue: [
    1,
    struct<Issue>({
      brand: brandIdCodec,
      to: addressCodec,
      amount: pointsCodec,
      reference: referenceCodec,
      dated: dayCodec,
      expiry: option(monthCodec),
    }),
  ],
  redeem: [
    2,
    struct<Redeem>({
      brand: brandIdCodec,
      from: addressCodec,
      amount: pointsCodec,
      request: option(answeredRequestCodec),
    }),
  ],
  transfer: [3, struct<Transfer>({ brand: brandIdCodec, from: addressCodec, to: addressCodec, amount: pointsCodec })],
  reverse: [
    4,
    struct<Reverse>({
      brand: brandIdCodec,
      from: addressCodec,
      amount: pointsCodec,
      atLeast: pointsCodec,
      issueReference: referenceCodec,
      issueDated: dayCodec,
      reference: referenceCodec,
      dated: dayCodec,
    }),
  ],
  hold: [
    5,
    struct<Hold>({
      brand: brandIdCodec,
      from: addressCodec,
      amount: pointsCodec,
      expiresMs: timeMsCodec,
      request: answeredRequestCodec,
    }),
  ],
  capture: [
    6,
    struct<Capture>({
      brand: brandIdCodec,
      from: addressCodec,
      holdReference: referenceCodec,
      holdDated: dayCodec,
      amount: pointsCodec,
      reference: referenceCodec,
      dated: dayCodec,
    }),
  ],
  release: [
    7,
    struct<Release>({
      brand: brandIdCodec,
      from: addressCodec,
      holdReference: referenceCodec,
      holdDated: dayCodec,
    }),
  ],
};
