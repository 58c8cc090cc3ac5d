/**
 * Votes and proposals as they are signed, and the certificate that makes a block final (protocol, Blocks and finality).
 */

import type { Address } from "./address.js";
import { addressCodec } from "./address.js";
import { compareText, isRising } from "./bytes.js";
import type { Codec } from "./codec/codec.js";
import { encode } from "./codec/codec.js";
import { list, names, option, struct } from "./codec/combine.js";
import { u32 } from "./codec/primitives.js";
import { FaultError } from "./error.js";
import { signingBytes, tag } from "./hash.js";
import type { BlockId, ChainId, Height, Signature } from "./ids.js";
import { blockIdCodec, heightCodec, signatureCodec } from "./ids.js";
import { verifySignature } from "./key.js";
import { VALIDATORS_MAX } from "./limits.js";
import type { ValidatorSet } from "./validator.js";

/** The two votes of a round (Tendermint, <https://arxiv.org/abs/1807.04938>). */
export type VoteKind = "prevote" | "precommit";

/** The content that a validator signs when it votes; `block` is null for a vote against every block of the round. */
export interface VoteContent {
  /** The kind of the vote. */
  readonly kind: VoteKind;
  /** The height voted on. */
  readonly height: Height;
  /** The round of that height. */
  readonly round: number;
  /** The block voted for. */
  readonly block: BlockId | null;
  /** The voter. */
  readonly validator: Address;
}

/** The forms of votes. */
export const voteContentCodec: Codec<VoteContent> = struct<VoteContent>({
  kind: names(["prevote", "precommit"] as const, 1),
  height: heightCodec,
  round: u32,
  block: option(blockIdCodec),
  validator: addressCodec,
});

/**
 * The bytes that are signed: "A validator signs its vote as `lojal/vote/v1` ‖ chain id ‖ { kind (1 prevote, 2
 * precommit), height, round, block or none, validator }." (protocol, Blocks and finality)
 */
export function voteSigningBytes(vote: VoteContent, chain: ChainId): Uint8Array {
  return signingBytes(tag.VOTE, chain, encode(voteContentCodec, vote));
}

/**
 * The content that a proposer signs. "Both rounds are written as optional: one byte 1 and a u32. `round` is always
 * there; `prevoted round`, the earlier round in which more than two thirds of the power prevoted for the block, is one
 * byte 0 if there is none." (protocol, Blocks and finality)
 */
export interface ProposalContent {
  /** The height of the block. */
  readonly height: Height;
  /** The round in which it is proposed. */
  readonly round: number | null;
  /** The block. */
  readonly block: BlockId;
  /** The earlier round in which more than two thirds prevoted for it. */
  readonly prevotedRound: number | null;
  /** The proposer. */
  readonly proposer: Address;
}

/** The forms of proposals. */
export const proposalContentCodec: Codec<ProposalContent> = struct<ProposalContent>({
  height: heightCodec,
  round: option(u32),
  block: blockIdCodec,
  prevotedRound: option(u32),
  proposer: addressCodec,
});

/** The bytes that a proposer signs. */
export function proposalSigningBytes(proposal: ProposalContent, chain: ChainId): Uint8Array {
  return signingBytes(tag.PROPOSAL, chain, encode(proposalContentCodec, proposal));
}

/** One precommit of a certificate. */
export interface CommitSignature {
  /** The validator that signed. */
  readonly validator: Address;
  /** The signature over the precommit's {@link VoteContent}. */
  readonly signature: Signature;
}

/**
 * Precommits for one block, which nobody has checked yet. "A certificate is { height, round, block, signatures by
 * rising validator address }" (protocol, Blocks and finality).
 */
export interface Certificate {
  /** The height of the block. */
  readonly height: Height;
  /** The round in which it was decided. */
  readonly round: number;
  /** The block. */
  readonly block: BlockId;
  /** The precommits, by rising validator address, each validator once. */
  readonly signatures: readonly CommitSignature[];
}

const commitSignatureCodec: Codec<CommitSignature> = struct<CommitSignature>({
  validator: addressCodec,
  signature: signatureCodec,
});

/** The forms of certificates. */
export const certificateCodec: Codec<Certificate> = struct<Certificate>({
  height: heightCodec,
  round: u32,
  block: blockIdCodec,
  signatures: list(commitSignatureCodec, 1, VALIDATORS_MAX),
});

/** The vote that `validator` must have signed for its part in a certificate. */
export function voteOf({ height, round, block }: Certificate, validator: Address): VoteContent {
  return { kind: "precommit", height, round, block, validator };
}

/** The reason that a certificate makes nothing final. */
export type CertificateFault = "stranger" | "order" | "signature" | "quorum";

/** A certificate that makes nothing final. */
export class CertificateError extends FaultError<"certificate", CertificateFault> {
  constructor(fault: CertificateFault, message: string) {
    super("certificate", fault, message);
  }
}

/**
 * Checks that a certificate holds: "it makes its block final if precommits of **more than** two thirds of the voting
 * power in it hold" (protocol, Blocks and finality). Throws a {@link CertificateError} if it doesn't.
 */
export function verifyCertificate(certificate: Certificate, validators: ValidatorSet, chain: ChainId): void {
  const { signatures } = certificate;
  if (!isRising(signatures, (one, other) => compareText(one.validator, other.validator))) {
    throw new CertificateError("order", "the certificate's signatures are not in order of address, each once");
  }
  const signed = signatures.map(({ validator, signature }) => {
    const found = validators.get(validator);
    if (found === undefined) {
      throw new CertificateError("stranger", `the certificate carries a signature of ${validator}, no validator`);
    }
    return { validator: found, signature, message: voteSigningBytes(voteOf(certificate, validator), chain) };
  });
  const power = signed.reduce((sum, one) => sum + one.validator.power, 0n);
  if (!validators.isQuorum(power)) {
    const total = validators.totalPower();
    throw new CertificateError("quorum", `${power} of ${total} voting power are not more than two thirds`);
  }
  const wrong = signed.find((one) => !verifySignature(one.validator.publicKey, one.message, one.signature));
  if (wrong !== undefined) {
    throw new CertificateError("signature", `the signature of validator ${wrong.validator.name} doesn't hold`);
  }
}
