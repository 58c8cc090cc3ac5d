/**
 * A lost account that guardians give to the key of another wallet: what they are asked for, how far it has come, and
 * taking the account over. How far it has come is the gateway's word; whose account it is then is proven.
 */

import type { Address, api, PublicKey } from "@lojal/client";
import { addressToText, isProblem, LojalError, parseAddress, parsePublicKey } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { unfollow } from "./account.js";
import { ask as askWorker, signerOf } from "./keys.js";
import { ask, theNetwork } from "./network.js";
import { adoptFile, openFile, take, wallet } from "./session.js";
import { write } from "./store.js";

/** The pause between two questions, in milliseconds. */
const EVERY_MS = 3_000;

/** The thing that guardians are asked for: that a lost account gets a key. */
export interface Wish {
  readonly account: Address;
  readonly newKey: PublicKey;
}

/** The text of a wish, which is the command of a guardian who uses the command line. */
export function wishText({ account, newKey }: Wish): string {
  return `lojal recover approve ${addressToText(account, theNetwork().genesis.network)} ${newKey}`;
}

/** The wish in a text; null if there is none. */
export function wishIn(text: string): Wish | null {
  const found = /\b(t?loj1[0-9a-z]+)\s+([0-9a-f]{64})\b/i.exec(text);
  try {
    return found === null
      ? null
      : {
          account: parseAddress((found[1] ?? "").toLowerCase(), theNetwork().genesis.network),
          newKey: parsePublicKey((found[2] ?? "").toLowerCase()),
        };
  } catch (error) {
    if (error instanceof LojalError) {
      return null;
    }
    throw error;
  }
}

/** The knowledge of a recovery. *hidden*: the gateway shows it to guardians, and to whom they have named. */
export type Progress =
  | { readonly type: "asking" }
  | { readonly type: "hidden" }
  | { readonly type: "fault"; readonly error: unknown }
  | { readonly type: "told"; readonly account: api.AccountRecovery };

async function look(address: Address): Promise<Progress> {
  try {
    return { type: "told", account: await ask((client) => client.recovery(address)) };
  } catch (error) {
    return isProblem(error, "not_permitted") ? { type: "hidden" } : { type: "fault", error };
  }
}

/** The recovery of an account, asked for again and again. */
export function useRecovery(address: Address): Progress {
  const [progress, setProgress] = useState<Progress>({ type: "asking" });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isLeft = false;
    const run = async (): Promise<void> => {
      const next = await look(address);
      if (!isLeft) {
        setProgress(next);
        timer = setTimeout(() => void run(), EVERY_MS);
      }
    };
    void run();
    return () => {
      isLeft = true;
      clearTimeout(timer);
    };
  }, [address]);
  return progress;
}

/** Makes this the wallet of an account whose key it has: its key file names that account from now on. */
export async function takeOver(account: Address, passphrase: string): Promise<void> {
  const file = wallet.value?.file ?? "";
  const address = addressToText(account, theNetwork().genesis.network);
  const answer = await askWorker({ type: "adopt", file, passphrase, address });
  // What was proven of the account before is another account's.
  unfollow();
  await write({ last: null, lost: null });
  await adoptFile(openFile(answer));
  await take(signerOf(answer));
}
