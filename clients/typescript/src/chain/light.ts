/** Trust in headers without their blocks: the way from one set of validators to the next (protocol, Light clients). */

import type { Header } from "../block.js";
import { blockId, headerCodec } from "../block.js";
import type { Certificate } from "../certificate.js";
import { certificateCodec, verifyCertificate } from "../certificate.js";
import type { Codec } from "../codec/codec.js";
import { struct } from "../codec/combine.js";
import { FaultError } from "../error.js";
import type { Genesis } from "../genesis.js";
import type { BlockId, ChainId, Height } from "../ids.js";
import { blockIdCodec, genesisBlockId, GENESIS_HEIGHT, heightCodec } from "../ids.js";
import type { TimeMs } from "../time.js";
import type { ValidatorSet } from "../validator.js";
import { validatorSetCodec } from "../validator.js";

/** A block after which other validators decide, as somebody tells it who need not be believed. */
export interface SetChange {
  /** The last header that the old validators decide. */
  readonly header: Header;
  /** Their certificate. */
  readonly certificate: Certificate;
  /** The validators that decide the next block. */
  readonly next: ValidatorSet;
}

/** The forms of changes. */
export const setChangeCodec: Codec<SetChange> = struct<SetChange>({
  header: headerCodec,
  certificate: certificateCodec,
  next: validatorSetCodec,
});

/**
 * A block that somebody trusts: "the header and the validators after it follow from it by hash" (protocol, Light
 * clients).
 */
export interface Pin {
  /** The block's height. */
  readonly height: Height;
  /** Its id. */
  readonly block: BlockId;
}

/** The forms of pins. */
export const pinCodec: Codec<Pin> = struct<Pin>({ height: heightCodec, block: blockIdCodec });

/** The reason that a header, certificate or set doesn't lead on. */
export type LightFault =
  | "chain"
  | "height"
  | "parent"
  | "time"
  | "validators"
  | "certificate"
  | "next"
  | "no_change"
  | "not_pinned";

/** A header, certificate or set that doesn't lead on. */
export class LightError extends FaultError<"light", LightFault> {
  constructor(fault: LightFault, message: string) {
    super("light", fault, message);
  }
}

function check(holds: boolean, fault: LightFault, message: string): void {
  if (!holds) {
    throw new LightError(fault, message);
  }
}

/** Wraps a header that was just checked. Nothing outside of this file can. */
let trusted: (header: Header, pin: Pin) => TrustedHeader;

/** A header that validators have decided whom the way from genesis, or from a pin, leads to. */
export class TrustedHeader {
  private constructor(
    /** The header. */
    readonly header: Header,
    /** The pin to keep of it. */
    readonly pin: Pin,
  ) {}

  static {
    trusted = (header, pin) => new TrustedHeader(header, pin);
  }
}

/** The block up to which a way is known, and the validators that decide whatever comes next. */
export class LightChain {
  #pin: Pin;
  #timeMs: TimeMs;
  #validators: ValidatorSet;

  private constructor(
    /** The network. */
    readonly chainId: ChainId,
    pin: Pin,
    timeMs: TimeMs,
    validators: ValidatorSet,
  ) {
    this.#pin = pin;
    this.#timeMs = timeMs;
    this.#validators = validators;
  }

  /** Starts at genesis. */
  static from({ chainId, document, validators }: Genesis): LightChain {
    const pin = { height: GENESIS_HEIGHT, block: genesisBlockId(chainId) };
    return new LightChain(chainId, pin, document.timeMs, validators);
  }
  /**
   * Starts at a block that is trusted for another reason, with the validators that decide the next one; throws a
   * {@link LightError} if they aren't those of the pin.
   */
  static fromPin(chainId: ChainId, pin: Pin, header: Header, next: ValidatorSet): LightChain {
    check(header.chainId === chainId, "chain", "the header belongs to another chain");
    check(header.height === pin.height && blockId(header) === pin.block, "not_pinned", "the header is not the pin's");
    check(next.hash(chainId) === header.nextValidatorsHash, "next", "other validators follow the header");
    return new LightChain(chainId, pin, header.timeMs, next);
  }
  /** The same, to go on from without changing this one. */
  copy(): LightChain {
    return new LightChain(this.chainId, this.#pin, this.#timeMs, this.#validators);
  }
  /** The block up to which the way is known. */
  get pin(): Pin {
    return this.#pin;
  }
  /** The time of that block. */
  get timeMs(): TimeMs {
    return this.#timeMs;
  }
  /** The validators that decide the blocks after it, up to the next change. */
  get validators(): ValidatorSet {
    return this.#validators;
  }

  /** Goes on to the next change; throws, and stays where it is, if that doesn't lead on. */
  advance({ header, certificate, next }: SetChange): TrustedHeader {
    const checked = this.check(header, certificate);
    check(header.nextValidatorsHash !== header.validatorsHash, "no_change", "the header changes nothing");
    check(next.hash(this.chainId) === header.nextValidatorsHash, "next", "other validators follow the header");
    [this.#pin, this.#timeMs, this.#validators] = [checked.pin, header.timeMs, next];
    return checked;
  }
  /**
   * Checks a later header before the next change: "between two changes the certificate of any height is enough"
   * (protocol, Light clients). Throws a {@link LightError} or a `CertificateError`.
   */
  check(header: Header, certificate: Certificate): TrustedHeader {
    const { height, block } = this.#pin;
    check(header.chainId === this.chainId, "chain", "the header belongs to another chain");
    check(header.height > height, "height", `the header has height ${header.height}, and ${height} is trusted already`);
    const isOnTop = header.height !== height + 1n || header.parent === block;
    check(isOnTop, "parent", "the header's parent is not the block that is trusted");
    check(header.timeMs > this.#timeMs, "time", "the header's time is not after that of the block which is trusted");
    const hash = this.#validators.hash(this.chainId);
    check(header.validatorsHash === hash, "validators", "the header names other validators than the trusted ones");
    const pin = { height: header.height, block: blockId(header) };
    const isOf = certificate.height === pin.height && certificate.block === pin.block;
    check(isOf, "certificate", "the certificate is for another block or height");
    verifyCertificate(certificate, this.#validators, this.chainId);
    return trusted(header, pin);
  }
}
