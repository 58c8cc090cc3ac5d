/** The operations of brands, and between them. */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { BrandId, Policy } from "../brand.js";
import { brandIdCodec, policyCodec } from "../brand.js";
import type { VariantCodecs } from "../codec/combine.js";
import { option, struct } from "../codec/combine.js";
import { u8 } from "../codec/primitives.js";
import type { PublicKey } from "../ids.js";
import { publicKeyCodec } from "../ids.js";
import type { Role } from "../operator.js";
import { rolesCodec } from "../operator.js";
import type { PartnershipTerms } from "../partnership.js";
import { partnershipTermsCodec } from "../partnership.js";
import type { Money, Points } from "../points.js";
import { moneyCodec, pointsCodec } from "../points.js";
import type { Reference } from "../reference.js";
import { referenceCodec } from "../reference.js";

/** An admin of one of two brands puts forward on which terms points become another brand's. */
export interface ProposePartnership {
  /** The brand whose points are burned. */
  readonly from: BrandId;
  /** The brand that issues points for them. */
  readonly to: BrandId;
  /** The terms. */
  readonly terms: PartnershipTerms;
}

/** An admin of the other brand agrees; from then on these terms are in force. */
export interface AcceptPartnership {
  /** The brand whose points are burned. */
  readonly from: BrandId;
  /** The brand that issues points for them. */
  readonly to: BrandId;
  /** The terms, exactly as they were put forward. */
  readonly terms: PartnershipTerms;
}

/** An admin of one of the two brands ends the partnership, or takes a proposal off the table. */
export interface EndPartnership {
  /** The brand whose points were burned. */
  readonly from: BrandId;
  /** The brand that issued points for them. */
  readonly to: BrandId;
}

/** The owner of points turns them into another brand's. */
export interface Convert {
  /** The account whose points they are and stay. */
  readonly account: Address;
  /** The brand whose points go. */
  readonly from: BrandId;
  /** The brand whose points come. */
  readonly to: BrandId;
  /** Points that go: the fewest that give as many. */
  readonly burned: Points;
  /** Points that come: all that the terms give for them. */
  readonly received: Points;
}

/** An admin of a brand confirms that another brand has paid what it owed. */
export interface Settle {
  /** The brand that was paid. */
  readonly creditor: BrandId;
  /** The brand that paid. */
  readonly debtor: BrandId;
  /** The amount, in minor units of the settlement currency; at most what is owed. */
  readonly amount: Money;
  /** The reference of the payment; a creditor settles once per reference. */
  readonly reference: Reference;
}

/** An admin changes what the brand lets happen with its points; points already issued keep their expiry. */
export interface SetPolicy {
  /** The brand whose policy it is. */
  readonly brand: BrandId;
  /** The policy from now on. */
  readonly policy: Policy;
}

/** An admin makes somebody an operator, or changes what an operator may do. */
export interface SetOperator {
  /** The brand whose operator it is. */
  readonly brand: BrandId;
  /** The operator's first key; its account is the address of this key. */
  readonly publicKey: PublicKey;
  /** The roles in which it acts, in their order, each once. */
  readonly roles: readonly Role[];
  /** Most points that it may issue in a day (UTC); null: any number. */
  readonly issueDailyMax: Points | null;
}

/** An admin ends an operator's authority. */
export interface RemoveOperator {
  /** The brand whose operator it is. */
  readonly brand: BrandId;
  /** The operator's account. */
  readonly operator: Address;
}

/** An admin says for how many days what is issued from now on can be reversed and not spent. */
export interface SetPendingDays {
  /** The brand whose issues wait. */
  readonly brand: BrandId;
  /** The days, at most 90; 0: what is issued can be spent at once. */
  readonly days: number;
}

/** The operations of brands and between them, by type. */
export interface BrandOperations {
  /** See {@link ProposePartnership}. */
  readonly propose_partnership: ProposePartnership;
  /** See {@link AcceptPartnership}. */
  readonly accept_partnership: AcceptPartnership;
  /** See {@link EndPartnership}. */
  readonly end_partnership: EndPartnership;
  /** See {@link Convert}. */
  readonly convert: Convert;
  /** See {@link Settle}. */
  readonly settle: Settle;
  /** See {@link SetPolicy}. */
  readonly set_policy: SetPolicy;
  /** See {@link SetOperator}. */
  readonly set_operator: SetOperator;
  /** See {@link RemoveOperator}. */
  readonly remove_operator: RemoveOperator;
  /** See {@link SetPendingDays}. */
  readonly set_pending_days: SetPendingDays;
}

/** The numbers and forms of the operations of brands. */
export const brandOperations: VariantCodecs<BrandOperations> = {
  propose_partnership: [
    16,
    struct<ProposePartnership>({ from: brandIdCodec, to: brandIdCodec, terms: partnershipTermsCodec }),
  ],
  accept_partnership: [
    17,
    struct<AcceptPartnership>({ from: brandIdCodec, to: brandIdCodec, terms: partnershipTermsCodec }),
  ],
  end_partnership: [18, struct<EndPartnership>({ from: brandIdCodec, to: brandIdCodec })],
  convert: [
    19,
    struct<Convert>({
      account: addressCodec,
      from: brandIdCodec,
      to: brandIdCodec,
      burned: pointsCodec,
      received: pointsCodec,
    }),
  ],
  settle: [
    20,
    struct<Settle>({
      creditor: brandIdCodec,
      debtor: brandIdCodec,
      amount: moneyCodec,
      reference: referenceCodec,
    }),
  ],
  set_policy: [24, struct<SetPolicy>({ brand: brandIdCodec, policy: policyCodec })],
  set_operator: [
    25,
    struct<SetOperator>({
      brand: brandIdCodec,
      publicKey: publicKeyCodec,
      roles: rolesCodec,
      issueDailyMax: option(pointsCodec),
    }),
  ],
  remove_operator: [26, struct<RemoveOperator>({ brand: brandIdCodec, operator: addressCodec })],
  set_pending_days: [74, struct<SetPendingDays>({ brand: brandIdCodec, days: u8 })],
};
