/** What follows from the records by which the account was proven, or else what was kept of an earlier visit. */

import type { Address, state } from "@lojal/client";
import { LojalError } from "@lojal/client";
import { useEffect, useMemo, useState } from "preact/hooks";

import type { Shown } from "./account.js";
import { shown } from "./account.js";
import { wallet } from "./session.js";

/** Records that lack what is read of them: the gateway proves less. */
export class LackingError extends Error {}

/** Reads something of records; null if they are of before the page was opened, so that there are none. */
export function readRecords<T>(
  records: state.ProvenRecords | null,
  read: (records: state.ProvenRecords) => T,
): T | null {
  try {
    return records === null ? null : read(records);
  } catch (error) {
    if (error instanceof LojalError) {
      throw new LackingError(error.message, { cause: error });
    }
    throw error;
  }
}

/** Something that is proven now, or was, and whether the gateway fails to prove it. */
export interface ProvenOrKept<T> {
  readonly now: T | null;
  readonly kept: T | null;
  readonly isLacking: boolean;
}

/** What is read of the proven account; it is kept, and what was kept is there as long as nothing is proven. */
export function useProvenOrKept<T>(
  find: (shown: Shown) => T | null,
  keep: (found: T) => Promise<void>,
  readKept: (own: Address) => Promise<T | null>,
): ProvenOrKept<T> {
  const proven = shown.value;
  const [kept, setKept] = useState<T | null>(null);
  const found = useMemo(() => {
    try {
      return proven === null ? null : find(proven);
    } catch (error) {
      if (error instanceof LackingError) {
        return error;
      }
      throw error;
    }
  }, [proven]);
  const isLacking = found instanceof LackingError;
  const now = found instanceof LackingError ? null : found;
  useEffect(() => {
    const own = wallet.value?.address;
    if (now !== null) {
      void keep(now);
    } else if (own !== undefined) {
      void readKept(own).then(setKept);
    }
  }, [now]);
  return { now, kept, isLacking };
}
