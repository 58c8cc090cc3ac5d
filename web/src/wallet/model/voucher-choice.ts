/** Which voucher answers a till's request, and what comes back for one that is returned. */

import type { Address, api, Points, state, VoucherRequest } from "@lojal/client";

/** A voucher, and the account that has it. */
export interface OwnedVoucher {
  readonly owner: Address;
  readonly isPool: boolean;
  readonly voucher: api.Voucher;
}

/**
 * The vouchers that can answer a request, those first that end first. Of an account's that end on one day there is the
 * one with the fewest uses left, since it makes no difference to its owner which of them is used.
 */
export function vouchersFor(request: VoucherRequest, all: readonly OwnedVoucher[]): readonly OwnedVoucher[] {
  const { brand, campaign, quantity, household } = request;
  const fits = ({ owner, voucher }: OwnedVoucher): boolean => {
    const isFor = voucher.brand === brand && voucher.campaign === campaign && voucher.left >= quantity;
    return isFor && (household === null || owner === household);
  };
  const order = ({ voucher: { until, left }, owner, isPool }: OwnedVoucher): string => {
    return `${until} ${isPool ? 1 : 0} ${owner} ${String(left).padStart(5, "0")}`;
  };
  const sorted = all.filter(fits).sort((one, other) => (order(one) < order(other) ? -1 : 1));
  return sorted.filter(({ owner, voucher: { until } }, at) => {
    return sorted.findIndex((one) => one.owner === owner && one.voucher.until === until) === at;
  });
}

/** The most uses that one voucher of a request's campaign has left: too few where none fits. */
export function mostLeft(request: VoucherRequest, all: readonly OwnedVoucher[]): number {
  const { brand, campaign, household } = request;
  const of = all.filter(({ owner, voucher }) => {
    return voucher.brand === brand && voucher.campaign === campaign && (household === null || owner === household);
  });
  return Math.max(0, ...of.map(({ voucher }) => voucher.left));
}

/** The points that one unit of a claim cost; 0 if nothing is known of it, or it cost nothing. */
export function priceOfEach({ amount, units }: Pick<api.UsedReference, "amount" | "units">): Points {
  const count = units?.amount ?? 0n;
  return (count === 0n ? 0n : (amount ?? 0n) / count) as Points;
}

/** The most units that can be returned: those that are left of the voucher, and of what was paid. */
export function mostReturned(voucher: Pick<state.Voucher, "left">, paid: api.UsedReference): number {
  const each = priceOfEach(paid);
  return each === 0n ? 0 : Math.min(voucher.left, Number((paid.left ?? 0n) / each));
}
