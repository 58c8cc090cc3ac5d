/**
 * Headers that a certificate makes final, and what is proven against them: data that somebody has checked, in types
 * that can't be made otherwise.
 */

import type { Block, Header } from "../block.js";
import { blockId, isWhole } from "../block.js";
import type { Certificate } from "../certificate.js";
import { verifyCertificate } from "../certificate.js";
import { FaultError } from "../error.js";
import type { Genesis } from "../genesis.js";
import { isKnownVersion } from "../genesis.js";
import type { BlockId, ChainId, Height, TransactionId } from "../ids.js";
import { genesisBlockId, GENESIS_HEIGHT } from "../ids.js";
import type { Outcome, Receipt } from "../receipt.js";
import { receiptsRoot } from "../receipt.js";
import type { RecordKind } from "../state/kinds.js";
import { decodeValue, encodeKey } from "../state/kinds.js";
import type { Proof, ShelfProof } from "../state/proof.js";
import { isOnShelf, verifyProof, verifyShelfProof } from "../state/proof.js";
import type { TimeMs } from "../time.js";
import { VerifiedTransaction } from "../transaction.js";
import type { ValidatorSet } from "../validator.js";

/** The reason that a header is not the next of a chain, or not of it at all, or that data is not the header's. */
export type ChainFault =
  | "version"
  | "chain"
  | "height"
  | "parent"
  | "time"
  | "validators"
  | "proposer"
  | "certificate"
  | "transactions"
  | "receipts"
  | "shelf";

/** A header, or what is said to belong to it, that doesn't hold. */
export class ChainError extends FaultError<"chain", ChainFault> {
  constructor(fault: ChainFault, message: string) {
    super("chain", fault, message);
  }
}

function check(holds: boolean, fault: ChainFault, message: string): void {
  if (!holds) {
    throw new ChainError(fault, message);
  }
}

/** A header of a network that a certificate of more than two thirds of its validators makes final. */
export class CertifiedHeader {
  private constructor(
    /** The header. */
    readonly header: Header,
    /** The id of its block. */
    readonly id: BlockId,
    /** The certificate. */
    readonly certificate: Certificate,
  ) {}

  /**
   * Checks a header and its certificate against the validators that decide it, without its place in the chain: more
   * than two thirds of them have made sure of that. Throws a {@link ChainError} or a `CertificateError`.
   */
  static verify(header: Header, certificate: Certificate, validators: ValidatorSet, chain: ChainId): CertifiedHeader {
    check(isKnownVersion(header.version), "version", `this library doesn't know version ${header.version}`);
    check(header.chainId === chain, "chain", "the header belongs to another chain");
    const hash = validators.hash(chain);
    check(header.validatorsHash === hash, "validators", "other validators decide this block");
    check(validators.get(header.proposer) !== undefined, "proposer", "the proposer is no validator at this height");
    const id = blockId(header);
    const isOf = certificate.block === id && certificate.height === header.height;
    check(isOf, "certificate", "the certificate is for another block or height");
    verifyCertificate(certificate, validators, chain);
    return new CertifiedHeader(header, id, certificate);
  }

  /**
   * The record of the state after this block that a proof shows, by the bytes that the state keeps, or with null its
   * absence. Throws a `ProofError` if the proof doesn't show it.
   */
  prove<K, R>(kind: RecordKind<K, R>, key: K, value: Uint8Array | null, proof: Proof | ShelfProof): Proven<R> {
    const bytes = encodeKey(kind, key);
    if ("inState" in proof) {
      verifyShelfProof(proof, this.header.stateRoot, bytes, value);
    } else {
      check(!isOnShelf(bytes), "shelf", "the record of this key lies on a shelf");
      verifyProof(proof, this.header.stateRoot, bytes, value);
    }
    return proven(value === null ? null : decodeValue(kind, value), this);
  }

  /** The transactions of this block, with their signatures checked; throws if they aren't its own. */
  transactions(block: Block): readonly VerifiedTransaction[] {
    check(blockId(block.header) === this.id && isWhole(block), "transactions", "the transactions aren't the block's");
    return block.transactions.map((signed) => VerifiedTransaction.verify(signed, this.header.chainId));
  }
  /** The outcome of a transaction, by all receipts of the block; throws if they aren't its own, or have none of it. */
  outcome(receipts: readonly Receipt[], transaction: TransactionId): Proven<Outcome> {
    check(receiptsRoot(receipts) === this.header.receiptsRoot, "receipts", "the receipts aren't the block's");
    const found = receipts.find((receipt) => receipt.transaction === transaction);
    check(found !== undefined, "receipts", "the block has no receipt of the transaction");
    return proven(found?.outcome ?? null, this);
  }
}

/** Wraps a value that was just checked. Nothing outside of this file can. */
let proven: <T>(value: T | null, header: CertifiedHeader) => Proven<T>;

/** A value of the ledger that is proven against a certified header. */
export class Proven<T> {
  private constructor(
    /** The value; null if it is proven that there is none. */
    readonly value: T | null,
    /** The header that it was proven against. */
    readonly header: CertifiedHeader,
  ) {}

  static {
    proven = (value, header) => new Proven(value, header);
  }
  /** The time of the block at which it was so. */
  get timeMs(): TimeMs {
    return this.header.header.timeMs;
  }
}

/** A chain of headers that is followed from genesis, one by one. */
export class HeaderChain {
  #validators: ValidatorSet;
  #height: Height = GENESIS_HEIGHT;
  #last: BlockId;
  #timeMs: TimeMs;

  private constructor(
    /** The network. */
    readonly chainId: ChainId,
    validators: ValidatorSet,
    timeMs: TimeMs,
  ) {
    this.#validators = validators;
    this.#last = genesisBlockId(chainId);
    this.#timeMs = timeMs;
  }

  /** Starts at genesis. */
  static from(genesis: Genesis): HeaderChain {
    return new HeaderChain(genesis.chainId, genesis.validators, genesis.document.timeMs);
  }
  /** The height of the last header. */
  get height(): Height {
    return this.#height;
  }
  /** The id of the last block. */
  get last(): BlockId {
    return this.#last;
  }
  /** The validators that decide the next block. */
  get validators(): ValidatorSet {
    return this.#validators;
  }

  /**
   * Takes the next header, with the validators that it hands over to, where they are others. Throws, and stays where it
   * is, if the header isn't the next one of the chain, or not final.
   */
  advance(header: Header, certificate: Certificate, next: ValidatorSet = this.#validators): CertifiedHeader {
    const height = (this.#height + 1n) as Height;
    check(header.height === height, "height", `the header has height ${header.height} where ${height} comes next`);
    check(header.parent === this.#last, "parent", "the header's parent is not the last block");
    // "A block's time is later than its parent's" (protocol, Blocks and finality)
    check(header.timeMs > this.#timeMs, "time", "the header's time is not after its parent's");
    const certified = CertifiedHeader.verify(header, certificate, this.#validators, this.chainId);
    const hash = next.hash(this.chainId);
    check(header.nextValidatorsHash === hash, "validators", "other validators decide the next block");
    [this.#height, this.#last, this.#timeMs] = [height, certified.id, header.timeMs];
    this.#validators = next;
    return certified;
  }
}
