/** The vouchers of an account, made of records that are proven: the same that gateways tell. */

import type { Address } from "../address.js";
import type { Vouchers } from "../api/vouchers.js";
import { dayOf } from "../time.js";
import { recordKinds } from "./kinds.js";
import type { ProvenRecords } from "./proven.js";

/** The vouchers that an account can use, as records have them; throws a `ProvenError` if they don't tell. */
export function vouchersOf(records: ProvenRecords, address: Address): Vouchers {
  const { height, timeMs } = records.tip;
  const account = records.get(recordKinds.account, { account: address });
  // An address that the state doesn't know has nothing that would have to be proven.
  const brands = account === null ? [] : records.always(recordKinds.brandList, {}).ids;
  const vouchers = brands.flatMap((brand) => {
    const found = records.get(recordKinds.vouchers, { account: address, brand })?.vouchers ?? [];
    // A voucher that is over may still stand there.
    return found.filter(({ until }) => until >= dayOf(timeMs)).map((voucher) => ({ brand, ...voucher }));
  });
  return { address, vouchers, onlyOf: null, height, timeMs };
}
