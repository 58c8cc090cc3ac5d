/** Records of a state as its tree has them. */

import { NO_ACTIVITY } from "../../src/activity.js";
import { NO_GUARDIANS, NO_SAFEGUARDS } from "../../src/guardian.js";
import type { RecordKind } from "../../src/state/kinds.js";
import { encodeKey, encodeValue } from "../../src/state/kinds.js";
import type { AccountRecord } from "../../src/state/records.js";

/** A key and a value of the tree. */
export type Entry = readonly [key: Uint8Array, value: Uint8Array];

/** The entry of a record, which no transaction of an account has concerned. */
export function entry<K, R>(kind: RecordKind<K, R>, key: K, record: R): Entry {
  return [encodeKey(kind, key), encodeValue(kind, key, record, NO_ACTIVITY.digest)];
}

/** The record of an account that has sent nothing, and is an operator of so many brands. */
export function account(operates: number): AccountRecord {
  return {
    rotatedKey: null,
    frozen: false,
    guardians: NO_GUARDIANS,
    recovery: null,
    safeguards: NO_SAFEGUARDS,
    operates,
    used: null,
    activity: NO_ACTIVITY,
  };
}
