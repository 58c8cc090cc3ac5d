/**
 * What this wallet has signed and not seen final. The signed bytes are in the database before they leave, so a page
 * that is closed or reloaded sends the very same bytes again: a wish happens at most once.
 */

import { signal } from "@preact/signals";
import type { Fate, Operation, SignedTransaction, TransactionId } from "@lojal/client";
import {
  decodeSigned,
  encodeSigned,
  fromHex,
  newTransaction,
  signingTime,
  signTransactionBy,
  Submission,
  toHex,
  toTimeMs,
  transactionId,
} from "@lojal/client";

import { asking } from "../../shared/preferences.js";
import { refresh } from "./account.js";
import { ask, theNetwork } from "./network.js";
import { dropKey, needKey, wallet } from "./session.js";
import { readAll, write } from "./store.js";

/** The time for which an outcome is waited for at once, in milliseconds. */
const PATIENCE_MS = 30_000;

/** Something that was signed. */
export interface Sent {
  readonly id: TransactionId;
  readonly signed: SignedTransaction;
  /** What became of it; null while nobody knows. */
  readonly fate: Fate | null;
  /** What takes long, and why. */
  readonly note: string;
}

/** All that was signed since the page was opened, or before it and not seen final. */
export const sent = signal<ReadonlyMap<TransactionId, Sent>>(new Map());

const PREFIX = "sent:";

function update(id: TransactionId, change: Partial<Sent>): void {
  const found = sent.value.get(id);
  if (found !== undefined) {
    sent.value = new Map(sent.value).set(id, { ...found, ...change });
  }
}

/** Signs operations, keeps what was signed, and sends it. Returns as soon as it is kept; the rest goes on by itself. */
export async function send(operations: readonly Operation[]): Promise<TransactionId> {
  const { chainId } = theNetwork().genesis;
  const sender = wallet.value?.address;
  if (sender === undefined) {
    throw new Error("there is no wallet");
  }
  const { timeMs } = await ask((client) => client.status());
  const now = signingTime(toTimeMs(Date.now()), timeMs);
  const key = await needKey();
  const signed = await signTransactionBy(newTransaction(chainId, sender, operations, now), chainId, key);
  const id = transactionId(signed.transaction, chainId);
  if (asking.value === "always") {
    dropKey();
  }
  await write({ [PREFIX + id]: toHex(encodeSigned(signed)) });
  sent.value = new Map(sent.value).set(id, { id, signed, fate: null, note: "" });
  void settle(id, signed);
  return id;
}

/** Goes on with what was signed before the page was closed. */
export async function resume(): Promise<void> {
  const { chainId } = theNetwork().genesis;
  for (const [, hex] of await readAll(PREFIX)) {
    const signed = decodeSigned(fromHex(hex));
    const id = transactionId(signed.transaction, chainId);
    if (!sent.value.has(id)) {
      sent.value = new Map(sent.value).set(id, { id, signed, fate: null, note: "" });
      void settle(id, signed);
    }
  }
}

/** Sends the same bytes until their outcome is certain. */
async function settle(id: TransactionId, signed: SignedTransaction): Promise<void> {
  const note = (text: string): void => update(id, { note: text });
  for (;;) {
    const fate = await new Submission(theNetwork().gateways, signed, { patienceMs: PATIENCE_MS, note })
      .settle()
      .catch((error: unknown): Fate => {
        note(error instanceof Error ? error.message : String(error));
        return { type: "open", refusal: null };
      });
    if (isCertain(fate)) {
      await write({ [PREFIX + id]: null });
      update(id, { fate });
      await refresh();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}

/** True if nothing that still happens can change it: also a refusal that could yet be passed on is waited for. */
function isCertain(fate: Fate): boolean {
  return fate.type === "final" || fate.type === "expired" || (fate.type === "refused" && !isPossible(fate));
}
function isPossible({ possibleUntilMs, problem }: Extract<Fate, { type: "refused" }>): boolean {
  // One gateway refuses it with a reason of the ledger: it hasn't been passed on, and what was asked can be asked anew.
  return possibleUntilMs !== null && problem.number === null;
}
