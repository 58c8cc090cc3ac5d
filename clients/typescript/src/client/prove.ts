/**
 * Outcomes proven from what gateways serve today: whole blocks and the receipts of their transactions, against the
 * validators that have decided them.
 */

import { CertifiedHeader } from "../chain/certified.js";
import type { Proven } from "../chain/certified.js";
import { LightChain } from "../chain/light.js";
import type { BlockAnswer, TransactionStatus } from "../api/transactions.js";
import type { Genesis } from "../genesis.js";
import type { TransactionId } from "../ids.js";
import type { Outcome } from "../receipt.js";
import type { VerifiedTransaction } from "../transaction.js";
import type { Client } from "./client.js";
import { GatewayUntrueError, UnexpectedAnswerError } from "./error.js";
import { followValidators } from "./follow.js";

/** Most transactions of a block whose receipts are asked for one by one. */
export const RECEIPTS_MAX = 1000;

/** A final block with its transactions, everything checked that can be without executing it. */
export interface CertifiedBlock {
  /** The header, with its certificate. */
  readonly header: CertifiedHeader;
  /** The transactions, in order. */
  readonly transactions: readonly VerifiedTransaction[];
}

/**
 * Checks a block that a gateway shows: its certificate, its transactions and their signatures. Whoever decides it is
 * said by the genesis document, or, after changes, by the chain of them.
 */
export function certifyBlock(
  answer: BlockAnswer,
  { validators, chainId }: Pick<Genesis, "validators" | "chainId">,
): CertifiedBlock {
  const { header, certificate, transactions } = answer;
  const certified = CertifiedHeader.verify(header, certificate, validators, chainId);
  return { header: certified, transactions: certified.transactions({ header, transactions }) };
}

/**
 * The outcome of a transaction that is in a final block, proven: the block is certified by the validators that every
 * change from the genesis document on leads to, the transaction is in it, and the receipts of all its transactions are
 * those that its header commits to. Throws what the check that fails throws. Asks for each transaction of the block,
 * {@link RECEIPTS_MAX} at most.
 */
export async function proveOutcome(client: Client, genesis: Genesis, id: TransactionId): Promise<Proven<Outcome>> {
  const { state } = await client.transaction(id);
  if (state.status !== "committed") {
    throw new UnexpectedAnswerError(client.url, 200, "the transaction isn't in a final block yet");
  }
  const { chain } = await followValidators(client, LightChain.from(genesis), state.height);
  const block = certifyBlock(await client.block(state.height), chain);
  if (block.transactions.length > RECEIPTS_MAX) {
    const message = `the block has more than ${RECEIPTS_MAX} transactions, too many to ask for one by one`;
    throw new RangeError(message);
  }
  if (block.transactions[state.index]?.id !== id) {
    throw new GatewayUntrueError(client.url, `transaction ${id} isn't at its place in the block`);
  }
  const receipts = [];
  for (const transaction of block.transactions) {
    const status = await client.transaction(transaction.id);
    receipts.push({ transaction: transaction.id, outcome: outcomeOf(client, status) });
  }
  return block.header.outcome(receipts, id);
}

function outcomeOf(client: Client, { id, state }: TransactionStatus): Outcome {
  if (state.status !== "committed") {
    throw new GatewayUntrueError(client.url, `transaction ${id} of a final block isn't final`);
  }
  return state.receipt;
}
