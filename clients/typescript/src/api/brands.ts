/**
 * The gateway's answers about brands and what is between them (docs/api.md). Nobody has checked them: see `src/chain`.
 */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { Approvals, BrandId, Policy } from "../brand.js";
import { approvalsCodec, brandIdCodec, daysOrNoneCodec, policyCodec } from "../brand.js";
import type { JsonCodec } from "../codec/codec.js";
import { defaulted, jsonList, jsonOption, jsonStruct, option } from "../codec/combine.js";
import { bool, plainText, u8 } from "../codec/primitives.js";
import type { Height } from "../ids.js";
import { heightCodec } from "../ids.js";
import type { Name } from "../name/name.js";
import { nameCodec } from "../name/name.js";
import type { Role } from "../operator.js";
import { rolesCodec } from "../operator.js";
import type { PartnershipProposal, PartnershipTerms } from "../partnership.js";
import { partnershipProposalCodec, partnershipTermsCodec } from "../partnership.js";
import type { Currency, ExactMoney, Points, Totals } from "../points.js";
import { currencyCodec, exactMoneyCodec, pointsCodec, totalsCodec } from "../points.js";
import type { Day, Expiry, TimeMs } from "../time.js";
import { dayCodec, expiryCodec, timeMsCodec } from "../time.js";

/** `GET /v1/brands`, one entry, and `GET /v1/brands/{id}`. */
export interface BrandAnswer {
  /** Its id. */
  readonly id: BrandId;
  /** The name by which people know it. */
  readonly name: Name;
  /** Decimals in which its points are displayed. */
  readonly decimals: number;
  /** The rules of what can be done with its points. */
  readonly policy: Policy;
  /** True if the validators have suspended it. */
  readonly suspended: boolean;
  /** The number of its admins that it asks for, and its wait. */
  readonly approvals: Approvals;
  /** The time at which it leaves, or has left: what is left of its points expires then. */
  readonly closesMs: TimeMs | null;
  /** The days that what it issues is pending. */
  readonly pendingDays: number;
  /** The sums that all the points that it ever issued are in now. */
  readonly totals: Totals;
}

/** The JSON of brands. */
export const brandAnswerCodec: JsonCodec<BrandAnswer> = jsonStruct<BrandAnswer>({
  id: brandIdCodec,
  name: nameCodec,
  decimals: u8,
  policy: policyCodec,
  suspended: defaulted(bool, () => false),
  approvals: defaulted(approvalsCodec, () => ({ needed: 1, delayMs: 0n })),
  closesMs: defaulted(option(timeMsCodec), () => null),
  pendingDays: daysOrNoneCodec,
  totals: totalsCodec,
});

/** `GET /v1/brands`. */
export interface Brands {
  /** All brands, by id. */
  readonly brands: readonly BrandAnswer[];
}

/** The JSON of all brands. */
export const brandsCodec: JsonCodec<Brands> = jsonStruct<Brands>({ brands: jsonList(brandAnswerCodec) });

/** `GET /v1/brands/{id}/issues/{reference}`: an issue, and what can still be taken back of it. */
export interface IssueAnswer {
  /** The day of its reference, which a reversal names. */
  readonly dated: Day;
  /** The account that got the points. */
  readonly to: Address;
  /** The number of points. */
  readonly amount: Points;
  /** Their expiry. */
  readonly expiry: Expiry;
  /** The time from which on nothing of it can be reversed. */
  readonly reversibleUntilMs: TimeMs;
  /** The number of them that have been reversed. */
  readonly reversed: Points;
  /** The number of them that a reversal could take now. */
  readonly reversible: Points;
  /** The day on which they become the account's to spend, if they were issued pending. */
  readonly matures: Day | null;
}

/** The JSON of issues. */
export const issueAnswerCodec: JsonCodec<IssueAnswer> = jsonStruct<IssueAnswer>({
  dated: dayCodec,
  to: addressCodec,
  amount: pointsCodec,
  expiry: expiryCodec,
  reversibleUntilMs: timeMsCodec,
  reversed: pointsCodec,
  reversible: pointsCodec,
  matures: jsonOption(dayCodec),
});

/** `GET /v1/brands/{id}/reversals/{reference}`: the points that a reversal took. */
export interface Reversal {
  /** The number of points. */
  readonly amount: Points;
}

/** The JSON of reversals. */
export const reversalCodec: JsonCodec<Reversal> = jsonStruct<Reversal>({ amount: pointsCodec });

/** An operator of a brand. */
export interface OperatorAnswer {
  /** Its account. */
  readonly address: Address;
  /** The roles in which it acts. */
  readonly roles: readonly Role[];
  /** Most points that it may issue in a day (UTC). */
  readonly issueDailyMax: Points | null;
  /** The points that it has issued on the day of the last block, counted while there is a limit. */
  readonly issuedToday: Points;
}

/** `GET /v1/brands/{id}/operators`. */
export interface Operators {
  /** All operators of the brand, by address. */
  readonly operators: readonly OperatorAnswer[];
}

/** The JSON of a brand's operators. */
export const operatorsCodec: JsonCodec<Operators> = jsonStruct<Operators>({
  operators: jsonList(
    jsonStruct<OperatorAnswer>({
      address: addressCodec,
      roles: rolesCodec,
      issueDailyMax: jsonOption(pointsCodec),
      issuedToday: pointsCodec,
    }),
  ),
});

/** The terms that two brands have agreed on, or are about to. */
export interface Partnership {
  /** The brand whose points are burned. */
  readonly from: BrandId;
  /** The brand that issues points for them. */
  readonly to: BrandId;
  /** The terms in force. */
  readonly terms: PartnershipTerms | null;
  /** Terms that the other brand hasn't accepted yet. */
  readonly proposal: PartnershipProposal | null;
  /** The points that were converted on the day of the last block. */
  readonly convertedToday: Points;
}

/** `GET /v1/partnerships`. */
export interface Partnerships {
  /** One page of the partnerships and proposals, by the brands' ids. */
  readonly partnerships: readonly Partnership[];
  /** The cursor of the next page; null at the end. */
  readonly nextCursor: string | null;
}

/** The JSON of a page of partnerships. */
export const partnershipsCodec: JsonCodec<Partnerships> = jsonStruct<Partnerships>({
  partnerships: jsonList(
    jsonStruct<Partnership>({
      from: brandIdCodec,
      to: brandIdCodec,
      terms: jsonOption(partnershipTermsCodec),
      proposal: jsonOption(partnershipProposalCodec),
      convertedToday: pointsCodec,
    }),
  ),
  nextCursor: jsonOption(plainText),
});

/** The debts of two brands to each other. */
export interface NettingPair {
  /** The brand whose id comes first. */
  readonly first: BrandId;
  /** The other one. */
  readonly second: BrandId;
  /** The debt of the first to the second. */
  readonly firstOwes: ExactMoney;
  /** The debt of the second to the first. */
  readonly secondOwes: ExactMoney;
  /** The difference. */
  readonly net: ExactMoney;
  /** The brand that owes the difference; null if there is none. */
  readonly netDebtor: BrandId | null;
}

/** `GET /v1/netting`: the debts of all brands to each other. */
export interface Netting {
  /** The settlement currency, if genesis names one. */
  readonly currency: Currency | null;
  /** One page of the pairs of brands of which one has ever owed the other anything, by their ids. */
  readonly pairs: readonly NettingPair[];
  /** The block after which this is so: pages of one statement have the same. */
  readonly height: Height;
  /** Its time. */
  readonly timeMs: TimeMs;
  /** The cursor of the next page; null at the end. */
  readonly nextCursor: string | null;
}

/** The JSON of netting statements. */
export const nettingCodec: JsonCodec<Netting> = jsonStruct<Netting>({
  currency: jsonOption(currencyCodec),
  pairs: jsonList(
    jsonStruct<NettingPair>({
      first: brandIdCodec,
      second: brandIdCodec,
      firstOwes: exactMoneyCodec,
      secondOwes: exactMoneyCodec,
      net: exactMoneyCodec,
      netDebtor: jsonOption(brandIdCodec),
    }),
  ),
  height: heightCodec,
  timeMs: timeMsCodec,
  nextCursor: jsonOption(plainText),
});
