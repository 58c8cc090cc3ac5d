/** The vouchers of an account, made of records that are proven. */

import type { Address } from "../address.js";
import type { BrandId } from "../brand.js";
import { compareText } from "../bytes.js";
import { dayOf } from "../time.js";
import { recordKinds } from "./kinds.js";
import type { ProvenRecords } from "./proven.js";
import type { Voucher } from "./vouchers.js";

/** A voucher that an account can use at a brand. */
export interface HeldVoucher extends Voucher {
  /** The brand. */
  readonly brand: BrandId;
}

/**
 * The vouchers that an account can use, by brand and the last day, as records have them; throws a `ProvenError` if
 * they don't tell.
 */
export function vouchersOf(records: ProvenRecords, address: Address): readonly HeldVoucher[] {
  const account = records.get(recordKinds.account, { account: address });
  // An address that the state doesn't know has nothing that would have to be proven.
  const brands = account === null ? [] : records.always(recordKinds.brandList, {}).ids;
  const today = dayOf(records.tip.timeMs);
  return brands.flatMap((brand) => {
    const found = records.get(recordKinds.vouchers, { account: address, brand })?.vouchers ?? [];
    // A voucher that is over may still stand there.
    const live = found.filter(({ until }) => until >= today);
    const earliest = [...live].sort((one, other) => compareText(one.until, other.until));
    return earliest.map((voucher) => ({ brand, ...voucher }));
  });
}
