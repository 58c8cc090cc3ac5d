/** The state with which a network starts, as entries: records that its genesis document says. */

import type { Address } from "../../src/address.js";
import { addressOfKey } from "../../src/address.js";
import type { Genesis } from "../../src/genesis.js";
import type { MotionId } from "../../src/governance/motion.js";
import { GENESIS_HEIGHT } from "../../src/ids.js";
import type { GrossPoints } from "../../src/points.js";
import { NO_POINTS } from "../../src/points.js";
import { recordKinds } from "../../src/state/kinds.js";
import type { Entry } from "./records.js";
import { account, entry } from "./records.js";

const NOTHING = 0n as GrossPoints;
const NO_TOTALS = {
  issued: NOTHING,
  outstanding: NO_POINTS,
  held: NO_POINTS,
  redeemed: NOTHING,
  convertedOut: NOTHING,
  donated: NOTHING,
  refunded: NOTHING,
  pending: NO_POINTS,
  expired: NOTHING,
  reversed: NOTHING,
};

/** The entries of the state at height 0. */
export function genesisEntries({ document, validators }: Genesis): readonly Entry[] {
  const operates = new Map<Address, number>();
  const entries: Entry[] = [
    entry(recordKinds.parameters, {}, document.parameters),
    entry(recordKinds.validators, {}, validators),
    entry(recordKinds.brandList, {}, { ids: document.brands.map((brand) => brand.id).sort() }),
    entry(recordKinds.protocol, {}, { version: document.governance.version, scheduled: null }),
    entry(recordKinds.settings, {}, { motionLapseMs: document.governance.motionLapseMs }),
    entry(recordKinds.register, {}, { next: 1n as MotionId, open: [], closed: [] }),
  ];
  for (const { id, name, decimals, policy, operators } of document.brands) {
    const begun = { name, decimals, policy, suspended: false, closesMs: null, pendingDays: 0 };
    entries.push(entry(recordKinds.brand, { id }, begun));
    entries.push(entry(recordKinds.totals, { brand: id }, NO_TOTALS));
    for (const { publicKey, roles, issueDailyMax } of operators) {
      const operator = addressOfKey(publicKey);
      operates.set(operator, (operates.get(operator) ?? 0) + 1);
      entries.push(entry(recordKinds.operator, { brand: id, operator }, { roles, issueDailyMax }));
    }
    const all = operators.map((one) => addressOfKey(one.publicKey)).sort();
    entries.push(entry(recordKinds.operatorList, { brand: id }, { operators: all }));
  }
  for (const { name, governor: key, endpoint } of document.governance.seats) {
    const governor = addressOfKey(key);
    operates.set(governor, operates.get(governor) ?? 0);
    entries.push(entry(recordKinds.seat, { name }, { governor, endpoint, since: GENESIS_HEIGHT }));
    entries.push(entry(recordKinds.governor, { account: governor }, { seat: name }));
  }
  const accounts = [...operates].map(([address, brands]) => {
    return entry(recordKinds.account, { account: address }, account(brands));
  });
  return [...entries, ...accounts];
}
