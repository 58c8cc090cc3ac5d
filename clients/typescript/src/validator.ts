/** Validators and their sets (protocol, Blocks and finality). */

import type { Address } from "./address.js";
import { addressOfKey } from "./address.js";
import { compareText, toHex } from "./bytes.js";
import type { Codec } from "./codec/codec.js";
import { encode } from "./codec/codec.js";
import { list, struct } from "./codec/combine.js";
import { mapped, u64 } from "./codec/primitives.js";
import { RuleError } from "./error.js";
import { chainHash, tag } from "./hash.js";
import type { ChainId, Hash, Height, PublicKey } from "./ids.js";
import { publicKeyCodec } from "./ids.js";
import { isValidKey } from "./key.js";
import { VALIDATORS_MAX, VOTING_POWER_MAX } from "./limits.js";
import { confusable } from "./name/look.js";
import type { Name } from "./name/name.js";
import { nameCodec } from "./name/name.js";
import { Cycle } from "./proposers.js";

/** A node with a vote. */
export interface Validator {
  /** The name by which people know it. */
  readonly name: Name;
  /** The key that signs its votes and proposals; its address is that of this key. */
  readonly publicKey: PublicKey;
  /** The key of its node on the peer-to-peer network. */
  readonly networkKey: PublicKey;
  /** The weight of its vote, 1 or more. */
  readonly power: bigint;
}

/** The forms of validators. */
export const validatorCodec: Codec<Validator> = struct<Validator>({
  name: nameCodec,
  publicKey: publicKeyCodec,
  networkKey: publicKeyCodec,
  power: u64,
});

const validatorsCodec: Codec<readonly Validator[]> = list(validatorCodec, 1, VALIDATORS_MAX);

function check(validators: readonly Validator[]): void {
  if (validators.length < 1 || validators.length > VALIDATORS_MAX) {
    throw new RuleError("validators_count", `${validators.length} validators; there must be 1 to ${VALIDATORS_MAX}`);
  }
  for (const { name, power, publicKey, networkKey } of validators) {
    if (power < 1n || power > VOTING_POWER_MAX) {
      throw new RuleError("validator_power", `validator ${name} has voting power ${power}; it must be 1 to 2^40`);
    }
    if (!isValidKey(publicKey) || !isValidKey(networkKey)) {
      throw new RuleError("validator_key", `a key of validator ${name} is no valid Ed25519 public key`);
    }
  }
  const keys = validators.flatMap((one) => [one.publicKey, one.networkKey]);
  if (new Set(keys).size < keys.length) {
    throw new RuleError("validator_shared_key", "every validator needs a public_key and a network_key of its own");
  }
  // "No two validators have names that could be taken for each other." (protocol, Names)
  const pair = confusable(validators.map((one) => [one, one.name] as const));
  if (pair !== null) {
    const [one, other] = pair;
    throw new RuleError(
      "validator_names",
      `the validators ${one.name} and ${other.name} could be taken for each other`,
    );
  }
}

/**
 * The validators of one height: "The canonical order of validators is by falling power, then by address." (protocol,
 * Blocks and finality)
 */
export class ValidatorSet {
  readonly #byAddress: ReadonlyMap<Address, Validator>;

  private constructor(
    /** The validators in canonical order. */
    readonly validators: readonly Validator[],
  ) {
    this.#byAddress = new Map(validators.map((one) => [addressOfKey(one.publicKey), one]));
  }

  /** Checks validators and puts them in order. */
  static of(validators: readonly Validator[]): ValidatorSet {
    const addressed = validators.map((one) => ({ one, address: addressOfKey(one.publicKey) }));
    addressed.sort((a, b) => {
      return a.one.power === b.one.power ? compareText(a.address, b.address) : a.one.power > b.one.power ? -1 : 1;
    });
    const sorted = addressed.map(({ one }) => one);
    check(sorted);
    return new ValidatorSet(sorted);
  }
  /** The validator at an address. */
  get(address: Address): Validator | undefined {
    return this.#byAddress.get(address);
  }
  /** The sum of all voting powers. */
  totalPower(): bigint {
    return this.validators.reduce((sum, one) => sum + one.power, 0n);
  }
  /** True if `power` is "**more than** two thirds of the voting power" (protocol, Blocks and finality). */
  isQuorum(power: bigint): boolean {
    return power * 3n > this.totalPower() * 2n;
  }
  /** The proposer of a round of a height: each in turn, as often as its power says. */
  proposer(height: Height, round: number): Validator {
    const at = new Cycle(this.validators.map((one) => one.power)).proposer(height, round);
    const proposer = this.validators[at];
    if (proposer === undefined) {
      throw new RangeError(`there is no validator at place ${at}`);
    }
    return proposer;
  }
  /** The hash that headers commit to. */
  hash(chain: ChainId): Hash {
    return toHex(chainHash(tag.VALIDATORS, chain, encode(validatorSetCodec, this))) as Hash;
  }
}

function ordered(validators: readonly Validator[]): ValidatorSet {
  const set = ValidatorSet.of(validators);
  if (set.validators.some((one, at) => one !== validators[at])) {
    throw new RuleError("validators_order", "the validators are not in canonical order");
  }
  return set;
}

/** The forms of validator sets. In bytes the validators stand in canonical order; in JSON, in any. */
export const validatorSetCodec: Codec<ValidatorSet> = {
  ...mapped(validatorsCodec, ordered, (set) => set.validators),
  fromJson: (json, network) => ValidatorSet.of(validatorsCodec.fromJson(json, network)),
};
