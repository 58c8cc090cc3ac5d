/**
 * The vouchers of this wallet's account and of its pools: they follow from the records by which its balances were
 * proven. Those of the account are kept, to be shown while no gateway answers.
 */

import type { Address, VoucherId } from "@lojal/client";
import { api, fromJsonText, state, toJsonText } from "@lojal/client";

import type { Proven, Shown } from "./account.js";
import { readRecords } from "./kept.js";
import { theNetwork } from "./network.js";
import { read, write } from "./store.js";
import type { OwnedVoucher } from "./voucher-choice.js";

/** All vouchers that this wallet's owner can use. */
export interface HeldVouchers {
  readonly own: api.Vouchers;
  /** Those of pools that have any. */
  readonly pools: readonly api.Vouchers[];
}

/** The name under which the browser keeps the account's. */
const KEPT = "vouchers";

function vouchersOf({ account: { address }, records }: Proven): api.Vouchers | null {
  return readRecords(records, (found) => state.vouchersOf(found, address));
}

/** The vouchers that follow from what was proven; null if that was before the page was opened. */
export function vouchersIn({ own, pools }: Shown): HeldVouchers | null {
  const found = vouchersOf(own);
  const ofPools = pools.map(({ proven }) => vouchersOf(proven)).filter((one) => one !== null);
  return found === null ? null : { own: found, pools: ofPools.filter(({ vouchers }) => vouchers.length > 0) };
}

/** Keeps the account's vouchers. */
export async function keepVouchers({ own }: HeldVouchers): Promise<void> {
  await write({ [KEPT]: toJsonText(api.vouchersCodec, own, theNetwork().genesis.network) });
}

/** The vouchers of an account that were kept; null if there are none. */
export async function readVouchers(address: Address): Promise<HeldVouchers | null> {
  const text = await read(KEPT);
  const own = text === null ? null : fromJsonText(api.vouchersCodec, text, theNetwork().genesis.network);
  return own?.address === address ? { own, pools: [] } : null;
}

/** All of them, with whose they are: first those of the account. */
export function ownedIn({ own, pools }: HeldVouchers): readonly OwnedVoucher[] {
  const of = (one: api.Vouchers, isPool: boolean): readonly OwnedVoucher[] => {
    return one.vouchers.map((voucher) => ({ owner: one.address, isPool, voucher }));
  };
  return [...of(own, false), ...pools.flatMap((pool) => of(pool, true))];
}

/** A voucher by its id; null if it is none of them. */
export function voucherIn(held: HeldVouchers, id: VoucherId | string): OwnedVoucher | null {
  return ownedIn(held).find(({ voucher }) => voucher.voucher === id) ?? null;
}
