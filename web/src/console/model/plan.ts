/** What becomes of something that is asked for: done by one admin, put forward as a motion, or refused. */

import type { api, BrandAction, BrandId, Operation } from "@lojal/client";
import { newTransaction, signingTime, toTimeMs } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { ask, theNetwork } from "../../wallet/model/network.js";
import type { Wallet } from "../../wallet/model/session.js";
import { signer, wallet } from "../../wallet/model/session.js";
import type { Carried } from "./carried.js";
import { carriedOf } from "./carried.js";

/** A wish: an action of the brand, which may have to be put forward, or any other operation. */
export type Wish =
  | { readonly type: "action"; readonly brand: BrandId; readonly action: BrandAction }
  | { readonly type: "operation"; readonly operation: Operation };

/** The knowledge of a wish. */
export type Plan =
  | { readonly type: "asking" }
  | { readonly type: "fault"; readonly error: unknown }
  | { readonly type: "refused"; readonly code: string }
  | { readonly type: "ready"; readonly operation: Operation; readonly isMotion: boolean };

function theWallet(): Wallet {
  if (wallet.value === null) {
    throw new Error("there is no key");
  }
  return wallet.value;
}

async function foretold(operation: Operation): Promise<api.Foretold> {
  const sender = theWallet();
  const transaction = newTransaction(
    theNetwork().genesis.chainId,
    sender.address,
    [operation],
    toTimeMs(Date.now()),
  );
  const publicKey = signer.value?.publicKey ?? sender.publicKey;
  return (await ask((client) => client.simulate({ transaction, publicKey }))).outcome;
}

/** Asks the gateway what would become of a wish on top of the last block. */
export async function planOf(wish: Wish): Promise<Plan> {
  const operation = wish.type === "action" ? wish.action : wish.operation;
  const outcome = await foretold(operation);
  if (outcome.result === "applied") {
    return { type: "ready", operation, isMotion: false };
  }
  if (wish.type === "operation" || outcome.code !== "motion_needed") {
    return { type: "refused", code: outcome.code };
  }
  const motion: Operation = { type: "propose_for_brand", brand: wish.brand, actions: [wish.action] };
  const other = await foretold(motion);
  return other.result === "applied"
    ? { type: "ready", operation: motion, isMotion: true }
    : { type: "refused", code: other.code };
}

/** The plan of a wish, asked for anew when the text that tells it from others changes. */
export function usePlan(wish: Wish, key: string): Plan {
  const [plan, setPlan] = useState<Plan>({ type: "asking" });
  useEffect(() => {
    let isOld = false;
    setPlan({ type: "asking" });
    planOf(wish).then(
      (told) => (isOld ? undefined : setPlan(told)),
      (error: unknown) => (isOld ? undefined : setPlan({ type: "fault", error })),
    );
    return () => {
      isOld = true;
    };
  }, [key]);
  return plan;
}

/** An operation as a file that the wallet of the command line signs. */
export async function handOut(operation: Operation): Promise<Carried> {
  const sender = theWallet();
  const { timeMs } = await ask((client) => client.status());
  const now = signingTime(toTimeMs(Date.now()), timeMs);
  const publicKey = signer.value?.publicKey ?? sender.publicKey;
  return carriedOf(theNetwork().genesis.chainId, sender.address, publicKey, [operation], now);
}
