/** Proofs that a transaction is on the ledger, and with which outcome (protocol, Light clients). */

import type { Header } from "../block.js";
import { headerCodec } from "../block.js";
import { fromHex, toHex } from "../bytes.js";
import type { Certificate } from "../certificate.js";
import { certificateCodec } from "../certificate.js";
import type { Codec } from "../codec/codec.js";
import { decode, encode } from "../codec/codec.js";
import { list, struct } from "../codec/combine.js";
import { FaultError, LojalError } from "../error.js";
import type { Genesis } from "../genesis.js";
import type { MerklePath } from "../merkle.js";
import { merkleLeaf, merklePathCodec, rootOfPath } from "../merkle.js";
import type { Receipt } from "../receipt.js";
import { receiptCodec } from "../receipt.js";
import type { SignedTransaction } from "../transaction.js";
import { signedTransactionCodec, transactionId } from "../transaction.js";
import type { SetChange, TrustedHeader } from "./light.js";
import { LightChain, setChangeCodec } from "./light.js";

/** A transaction of a block with its receipt, and all that leads from them to the certificate. */
export interface TransactionProof {
  /** The block's header. */
  readonly header: Header;
  /** The certificate that makes the block final. */
  readonly certificate: Certificate;
  /** The transaction. */
  readonly transaction: SignedTransaction;
  /** Its receipt. */
  readonly receipt: Receipt;
  /** The path from the transaction to the header's root. */
  readonly transactionsPath: MerklePath;
  /** The path from the receipt to the header's root. */
  readonly receiptsPath: MerklePath;
}

/** The forms of proofs. */
export const transactionProofCodec: Codec<TransactionProof> = struct<TransactionProof>({
  header: headerCodec,
  certificate: certificateCodec,
  transaction: signedTransactionCodec,
  receipt: receiptCodec,
  transactionsPath: merklePathCodec,
  receiptsPath: merklePathCodec,
});

/** Most changes of the validators that a saved receipt has. */
export const CHANGES_MAX = 1024;

/** A proof for whoever has the genesis document alone, and nobody to ask. */
export interface SavedReceipt {
  /** The blocks before the transaction's after which other validators decided, all of them in their order. */
  readonly changes: readonly SetChange[];
  /** The proof. */
  readonly proof: TransactionProof;
}

/** The forms of saved receipts. */
export const savedReceiptCodec: Codec<SavedReceipt> = struct<SavedReceipt>({
  changes: list(setChangeCodec, 0, CHANGES_MAX),
  proof: transactionProofCodec,
});

/** The reason that a proof proves nothing. */
export type InclusionFault = "transaction" | "receipt" | "other_transaction" | "text";

/** A proof, or a file of one, that doesn't hold. */
export class InclusionError extends FaultError<"inclusion", InclusionFault> {
  constructor(fault: InclusionFault, message: string) {
    super("inclusion", fault, message);
  }
}

function check(holds: boolean, fault: InclusionFault, message: string): void {
  if (!holds) {
    throw new InclusionError(fault, message);
  }
}

/**
 * Checks that a transaction is on the ledger with its receipt; answers with the header of its block. Throws an
 * {@link InclusionError}, a `LightError` or a `CertificateError`.
 */
export function checkTransaction(proof: TransactionProof, chain: LightChain): TrustedHeader {
  const { header, transaction, receipt, transactionsPath, receiptsPath } = proof;
  const trusted = chain.check(header, proof.certificate);
  const roots = [
    rootOfPath(merkleLeaf(encode(signedTransactionCodec, transaction)), transactionsPath),
    rootOfPath(merkleLeaf(encode(receiptCodec, receipt)), receiptsPath),
  ].map(toHex);
  check(roots[0] === header.transactionsRoot, "transaction", "the transaction isn't one of the block");
  check(roots[1] === header.receiptsRoot, "receipt", "the receipt isn't one of the block");
  // "both take the same turns, and the receipt is that of the transaction's id" (protocol, Light clients)
  const turns = (path: MerklePath): string => path.map(({ isLeft }) => (isLeft ? "l" : "r")).join("");
  const isIts = receipt.transaction === transactionId(transaction.transaction, header.chainId);
  const takesTheSame = turns(transactionsPath) === turns(receiptsPath);
  check(isIts && takesTheSame, "other_transaction", "the receipt is that of another transaction");
  return trusted;
}

/** Checks a saved receipt by a genesis document alone; answers with the header of the transaction's block. */
export function checkReceipt({ changes, proof }: SavedReceipt, genesis: Genesis): TrustedHeader {
  const chain = LightChain.from(genesis);
  for (const change of changes) {
    chain.advance(change);
  }
  return checkTransaction(proof, chain);
}

const BEFORE = '{\n  "format": "lojal-receipt/1",\n  "receipt": "';
const AFTER = '"\n}\n';

/** The text of a saved receipt, which is that of its file. */
export function receiptToText(receipt: SavedReceipt): string {
  return BEFORE + toHex(encode(savedReceiptCodec, receipt)) + AFTER;
}

/**
 * The receipt of a file: "There is one text of it, and no other byte may stand in the file." (protocol, Light clients)
 * Throws an {@link InclusionError}.
 */
export function receiptFromText(text: string): SavedReceipt {
  const isWrapped = text.startsWith(BEFORE) && text.endsWith(AFTER) && text.length >= BEFORE.length + AFTER.length;
  const digits = isWrapped ? text.slice(BEFORE.length, -AFTER.length) : "";
  check(/^(?:[0-9a-f]{2})+$/.test(digits), "text", "it isn't written as a receipt is saved: every byte counts");
  try {
    return decode(savedReceiptCodec, fromHex(digits));
  } catch (error) {
    if (error instanceof LojalError) {
      throw new InclusionError("text", "its bytes are no receipt: something has changed them");
    }
    throw error;
  }
}
