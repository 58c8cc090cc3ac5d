/** Answers of gateways that are proven, by what is known of the network from its genesis document on. */

import type { Activity } from "../activity.js";
import type { Address } from "../address.js";
import { addressToText } from "../address.js";
import type { Account, AccountProof } from "../api/accounts.js";
import type { Header } from "../block.js";
import { blockId, headerCodec } from "../block.js";
import { fromHex, toHex } from "../bytes.js";
import type { Certificate } from "../certificate.js";
import type { Pin } from "../chain/light.js";
import { LightChain } from "../chain/light.js";
import { decode, encode } from "../codec/codec.js";
import { LojalError } from "../error.js";
import type { Genesis } from "../genesis.js";
import { accountOf } from "../state/account.js";
import { ProvenRecords } from "../state/proven.js";
import type { TimeMs } from "../time.js";
import { validatorSetCodec } from "../validator.js";
import type { Client } from "./client.js";
import { BehindError, ClientError, GatewayUntrueError } from "./error.js";
import { followValidators } from "./follow.js";

/** The last block that was proven, with those who decide after it: what a program keeps until its next start. */
export interface KeptBlock {
  /** The bytes of its header, in hex. */
  readonly header: string;
  /** The bytes of the validators that decide the next block, in hex. */
  readonly validators: string;
}

/** An account as it surely was after a block. */
export interface ProvenAccount {
  /** The account. */
  readonly account: Account;
  /** The activity in its record, which its history has to lead to. */
  readonly activity: Activity;
  /** The block. */
  readonly pin: Pin;
  /** Its time. */
  readonly timeMs: TimeMs;
  /** The records that the answer has proven, from which the account's standings follow as well: see `standingsOf`. */
  readonly records: ProvenRecords;
}

/** Most proofs that an answer may have: more than an account wants with as many brands and members as there can be. */
const PROOFS_MAX = 1024;

/**
 * The knowledge that answers are checked with. It only ever goes forward: "So whoever has followed the way keeps the
 * last block as a pin, and never goes behind it" (protocol, Light clients).
 */
export class Verifier {
  #chain: LightChain;
  #kept: KeptBlock | null;

  private constructor(
    private readonly genesis: Genesis,
    chain: LightChain,
    kept: KeptBlock | null,
  ) {
    this.#chain = chain;
    this.#kept = kept;
  }

  /** Knows what genesis says, or the block that was kept; throws if that isn't one of this network. */
  static of(genesis: Genesis, kept: KeptBlock | null = null): Verifier {
    if (kept === null) {
      return new Verifier(genesis, LightChain.from(genesis), null);
    }
    const header = decode(headerCodec, fromHex(kept.header));
    const next = decode(validatorSetCodec, fromHex(kept.validators));
    const pin = { height: header.height, block: blockId(header) };
    return new Verifier(genesis, LightChain.fromPin(genesis.chainId, pin, header, next), kept);
  }
  /** The last block that was proven; null before the first. */
  get kept(): KeptBlock | null {
    return this.#kept;
  }
  /** The block up to which the validators are known. */
  get pin(): Pin {
    return this.#chain.pin;
  }

  /**
   * An account as a gateway proves it. Throws a {@link GatewayUntrueError} if it isn't proven, and a
   * {@link BehindError} if it is older than what is known.
   */
  async account(client: Client, address: Address): Promise<ProvenAccount> {
    const answer = await client.accountProof(address);
    const { header } = answer;
    const what = `the account ${addressToText(address, this.genesis.network)}`;
    return this.proven(client, what, answer, (records) => {
      const pin = { height: header.height, block: blockId(header) };
      return { ...accountOf(records, address), pin, timeMs: header.timeMs, records };
    });
  }
  /**
   * The answer that follows from the records that a gateway proves; `what` names it for people. Throws a
   * {@link GatewayUntrueError} if it doesn't follow, and a {@link BehindError} if it is older than what is known.
   */
  async proven<T>(
    client: Client,
    what: string,
    answer: AccountProof,
    read: (records: ProvenRecords) => T,
  ): Promise<T> {
    await this.#take(client, what, answer);
    return told(client, what, () => read(this.#recordsIn(answer)));
  }
  /** The last header of a gateway, final by the validators that every change leads to. */
  async latest(client: Client): Promise<Header> {
    const block = await client.lightBlock();
    await this.#take(client, "the last block", block);
    return block.header;
  }

  #recordsIn({ header, proofs }: AccountProof): ProvenRecords {
    const records = new ProvenRecords(this.genesis.network, header);
    for (const { key, proof } of proofs.slice(0, PROOFS_MAX)) {
      records.add(fromHex(key), proof);
    }
    return records;
  }

  /** Checks that a header is final, and goes on to it. */
  async #take(
    client: Client,
    what: string,
    { header, certificate }: { readonly header: Header; readonly certificate: Certificate },
  ): Promise<void> {
    const { pin, chainId } = this.#chain;
    if (header.chainId === chainId && header.height <= pin.height) {
      if (header.height < pin.height) {
        throw new BehindError(client.url, `it shows block ${header.height}, and ${pin.height} is known already`);
      }
      if (blockId(header) !== pin.block) {
        throw new GatewayUntrueError(client.url, `of ${what}, it shows another block ${pin.height} than is known`);
      }
      return;
    }
    const isKnown = header.validatorsHash === this.#chain.validators.hash(chainId);
    const followed = isKnown || header.chainId !== chainId ? null : await this.#follow(client, header);
    const chain = followed ?? this.#chain.copy();
    const trusted = told(client, what, () => chain.check(header, certificate));
    // After the last block of some validators, the next one is kept.
    if (header.nextValidatorsHash !== header.validatorsHash) {
      this.#chain = chain;
      return;
    }
    const next = chain.validators;
    this.#chain = LightChain.fromPin(chainId, trusted.pin, header, next);
    this.#kept = {
      header: toHex(encode(headerCodec, header)),
      validators: toHex(encode(validatorSetCodec, next)),
    };
  }
  async #follow(client: Client, header: Header): Promise<LightChain> {
    return (await followValidators(client, this.#chain, header.height)).chain;
  }
}

/** Checks something that a gateway shows, and says whose it is if it doesn't hold. */
function told<T>(client: Client, what: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof LojalError && !(error instanceof ClientError)) {
      throw new GatewayUntrueError(client.url, `of ${what}, ${error.message}`, { cause: error });
    }
    throw error;
  }
}
