/** The answer to a till's request: asked for until there is one, or can't be any more, and proven. */

import type {
  Client,
  Operation,
  PaymentRequest,
  Points,
  Reference,
  SavedReceipt,
  TimeMs,
  TransactionId,
} from "@lojal/client";
import {
  askedBy,
  GatewayUntrueError,
  isProblem,
  paymentRequestFromUri,
  referenceOfRequest,
  transactionId,
} from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { ask, theNetwork } from "./network.js";
import type { Line } from "./till.js";
import { book, noteOutcome } from "./till.js";

/** The pause between two questions, in milliseconds. */
const EVERY_MS = 1_000;
/** Most lines of the book that are asked about when the till is opened. */
const OPEN_MAX = 20;
/** The time after which what was signed, and is unknown to the ledger, can't happen any more, in milliseconds. */
const SIGNED_MS = 60 * 60 * 1000;

/** An operation that answers a request. */
export type Answering = Extract<Operation, { readonly type: "redeem" | "hold" }>;

/** The knowledge of a request. *over*: nobody has answered, and nobody can any more. */
export type Answer =
  | { readonly type: "open"; readonly fault: unknown }
  | { readonly type: "over" }
  | { readonly type: "untrue"; readonly error: unknown }
  | {
      readonly type: "answered";
      readonly operation: Answering;
      readonly id: TransactionId;
      readonly receipt: SavedReceipt;
    };

function answers(operation: Operation, reference: Reference): operation is Answering {
  if (operation.type !== "redeem" && operation.type !== "hold") {
    return false;
  }
  const asked = askedBy(operation);
  return asked !== null && referenceOfRequest(asked, theNetwork().genesis.chainId) === reference;
}

/** The operations of a proven transaction, if they have happened. */
function appliedOperations({ proof }: SavedReceipt): readonly Operation[] {
  return proof.receipt.outcome.result === "applied" ? proof.transaction.transaction.operations : [];
}

/** Asks once. The reference is the hash of the request, so what answers it is of that amount, brand and time. */
async function look(client: Client, { request }: PaymentRequest, before: TimeMs): Promise<Answer> {
  const { genesis } = theNetwork();
  const reference = referenceOfRequest(request, genesis.chainId);
  try {
    const { transaction } = await client.payment(reference, request.dated);
    const receipt = await client.receipt(transaction.id, genesis);
    const operation = appliedOperations(receipt).find((one) => answers(one, reference));
    if (operation === undefined || !answers(operation, reference)) {
      throw new GatewayUntrueError(client.url, `transaction ${transaction.id} doesn't answer this request`);
    }
    const id = transactionId(receipt.proof.transaction.transaction, genesis.chainId);
    return { type: "answered", operation, id, receipt };
  } catch (error) {
    if (!isProblem(error, "unknown_reference")) {
      throw error;
    }
    // The time was asked for before the answer: what isn't there then was not answered before the request's end.
    return before >= request.untilMs ? { type: "over" } : { type: "open", fault: null };
  }
}

async function once(asked: PaymentRequest): Promise<Answer> {
  try {
    return await ask(async (client) => look(client, asked, (await client.status()).timeMs));
  } catch (fault) {
    return fault instanceof GatewayUntrueError ? { type: "untrue", error: fault } : { type: "open", fault };
  }
}

/** Writes into the book what became of what was asked for in a text. */
async function noteAnswer(text: string, answer: Answer): Promise<void> {
  const line = book.value.find(({ request, state }) => request === text && state === "open");
  if (line !== undefined && answer.type === "answered") {
    await noteOutcome(line, { state: "done", id: answer.id, member: answer.operation.from });
  } else if (line !== undefined && answer.type === "over") {
    await noteOutcome(line, { state: "over" });
  }
}

/** The answer to a request; its text is that of the book. */
export function useAnswer(asked: PaymentRequest, text: string): Answer {
  const [answer, setAnswer] = useState<Answer>({ type: "open", fault: null });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isLeft = false;
    const run = async (): Promise<void> => {
      const next = await once(asked);
      await noteAnswer(text, next);
      if (!isLeft) {
        setAnswer(next);
        timer = next.type === "open" ? setTimeout(() => void run(), EVERY_MS) : undefined;
      }
    };
    void run();
    return () => {
      isLeft = true;
      clearTimeout(timer);
    };
  }, [text]);
  return answer;
}

/** Finds out what became of the lines whose outcome isn't known here: the page may have been closed meanwhile. */
export async function settleLines(): Promise<void> {
  for (const line of book.value.filter(({ state }) => state === "open").slice(0, OPEN_MAX)) {
    if (line.request !== "") {
      const asked = paymentRequestFromUri(line.request);
      await noteAnswer(line.request, await once(asked));
    } else if (line.id !== null) {
      await settleSigned(line, line.id);
    }
  }
}

/** A proven transaction that a till has signed. */
export interface Signed {
  readonly receipt: SavedReceipt;
  /** The points that a return took, as the gateway says: a transaction says only how many at most. */
  readonly taken: Points | null;
}

/** Reads a transaction that a till has signed, and writes into the book what became of it. */
export async function readSigned(id: TransactionId): Promise<Signed> {
  const receipt = await ask((client) => client.receipt(id, theNetwork().genesis));
  const [operation] = appliedOperations(receipt);
  let taken: Points | null = null;
  if (operation?.type === "reverse") {
    const { brand, reference, dated } = operation;
    taken = (await ask((client) => client.reversal(brand, reference, dated, id))).amount;
  }
  const line = book.value.find((other) => other.id === id && other.state === "open");
  if (line !== undefined) {
    await noteOutcome(line, { state: operation === undefined ? "over" : "done", amount: taken ?? line.amount });
  }
  return { receipt, taken };
}

async function settleSigned(line: Line, id: TransactionId): Promise<void> {
  try {
    await readSigned(id);
  } catch (error) {
    // It may yet happen, until its time is over; the outbox sends it until then.
    if (isProblem(error, "unknown_transaction") && Date.now() - line.at > SIGNED_MS) {
      await noteOutcome(line, { state: "over" });
    }
  }
}
