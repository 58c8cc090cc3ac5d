/**
 * The genesis document: what everybody trusts, and all that anybody has to trust (protocol, Bytes; protocol, Limits).
 */

import type { NetworkKind } from "./address.js";
import { addressOfKey, networkKindCodec } from "./address.js";
import { toHex } from "./bytes.js";
import type { Codec } from "./codec/codec.js";
import { encode } from "./codec/codec.js";
import { defaulted, list, option, orEmpty, struct } from "./codec/combine.js";
import { u32, u64 } from "./codec/primitives.js";
import type { Endpoint } from "./endpoint.js";
import { endpointCodec, isValidEndpoint } from "./endpoint.js";
import { RuleError } from "./error.js";
import { tag, taggedHash } from "./hash.js";
import type { ChainId, PublicKey } from "./ids.js";
import { publicKeyCodec } from "./ids.js";
import { isValidKey } from "./key.js";
import { BRANDS_MAX, MOTION_LAPSE_MS, MOTION_LAPSE_MS_DEFAULT, VALIDATORS_MAX } from "./limits.js";
import { confusable } from "./name/look.js";
import type { Name } from "./name/name.js";
import { nameCodec } from "./name/name.js";
import type { GenesisBrand, Parameters } from "./parameters.js";
import { checkGenesisBrand, checkParameters, genesisBrandCodec, parametersCodec } from "./parameters.js";
import type { Currency } from "./points.js";
import { currencyCodec } from "./points.js";
import type { TimeMs } from "./time.js";
import { timeMsCodec } from "./time.js";
import { parseToml } from "./toml.js";
import type { Validator } from "./validator.js";
import { validatorCodec, ValidatorSet } from "./validator.js";

/** The latest version of the protocol that this library knows. */
export const PROTOCOL_VERSION = 2;

/** True for a version of the protocol that this library knows: all up to the latest. */
export function isKnownVersion(version: number): boolean {
  return 1 <= version && version <= PROTOCOL_VERSION;
}

/** A validator's seat as it starts. */
export interface GenesisSeat {
  /** The validator's name. */
  readonly name: Name;
  /** The first key of the account that speaks for it. */
  readonly governor: PublicKey;
  /** The address at which its node is reached. */
  readonly endpoint: Endpoint | null;
}

/** A genesis document's table of who governs, and by which version. */
export interface Governance {
  /** The version of the protocol with which the network begins. */
  readonly version: number;
  /** The time after which a motion that nobody decided lapses, in milliseconds. */
  readonly motionLapseMs: bigint;
  /** The seats: one of each validator. */
  readonly seats: readonly GenesisSeat[];
}

/** A genesis document that nobody has checked yet; the form of the TOML file. */
export interface GenesisDocument {
  /** The name by which people know the network. */
  readonly name: Name;
  /** The kind of network, which decides the prefix that addresses carry. */
  readonly network: NetworkKind;
  /** The time at which the ledger starts; the first block is later. */
  readonly timeMs: TimeMs;
  /** The currency in which brands settle what they owe each other. */
  readonly settlementCurrency: Currency | null;
  /** Settings. */
  readonly parameters: Parameters;
  /** The governance of the network. */
  readonly governance: Governance;
  /** The first validators. */
  readonly validators: readonly Validator[];
  /** The first brands. */
  readonly brands: readonly GenesisBrand[];
}

const seatCodec: Codec<GenesisSeat> = struct<GenesisSeat>({
  name: nameCodec,
  governor: publicKeyCodec,
  endpoint: option(endpointCodec),
});

const governanceCodec: Codec<Governance> = struct<Governance>({
  version: u32,
  motionLapseMs: defaulted(u64, () => MOTION_LAPSE_MS_DEFAULT),
  seats: orEmpty(list(seatCodec, 0, VALIDATORS_MAX)),
});

/** The forms of genesis documents. */
export const genesisDocumentCodec: Codec<GenesisDocument> = struct<GenesisDocument>({
  name: nameCodec,
  network: networkKindCodec,
  timeMs: timeMsCodec,
  settlementCurrency: option(currencyCodec),
  parameters: parametersCodec,
  governance: governanceCodec,
  validators: orEmpty(list(validatorCodec, 0, VALIDATORS_MAX)),
  brands: orEmpty(list(genesisBrandCodec, 0, BRANDS_MAX)),
});

/** Reads a document in TOML without checking more than its form. */
export function genesisDocumentFromToml(toml: string): GenesisDocument {
  // No address stands in a genesis document, so its kind of network doesn't matter to the reading.
  return genesisDocumentCodec.fromJson(parseToml(toml), "test");
}

/**
 * "Genesis gives each validator one, with an account that speaks for it, its governor, who has no other seat."
 * (protocol, Governance)
 */
function checkGovernance({ version, motionLapseMs, seats }: Governance, validators: readonly Validator[]): void {
  if (!isKnownVersion(version)) {
    throw new RuleError("genesis_version", `this library doesn't know version ${version} of the protocol`);
  }
  if (motionLapseMs < MOTION_LAPSE_MS[0] || motionLapseMs > MOTION_LAPSE_MS[1]) {
    throw new RuleError("genesis_motion_lapse", "motion_lapse_ms must be 3600000 to 7776000000");
  }
  const names = new Set<string>(seats.map((seat) => seat.name));
  const governors = new Set(seats.map((seat) => addressOfKey(seat.governor)));
  const areOfValidators = validators.every((one) => names.has(one.name)) && names.size === validators.length;
  const areDistinct = names.size === seats.length && governors.size === seats.length;
  const areRight = seats.every((seat) => {
    return isValidKey(seat.governor) && (seat.endpoint === null || isValidEndpoint(seat.endpoint));
  });
  if (!areOfValidators || !areDistinct || !areRight) {
    const needs = "with a governor's public key that is valid and no other seat's, and a valid endpoint or none";
    throw new RuleError("genesis_seats", `every validator has one seat, of its name, ${needs}`);
  }
}

/** "No brand's id or name could be taken for another brand's id or name." (protocol, Names) */
function checkBrands(brands: readonly GenesisBrand[]): void {
  const ids = new Set(brands.map((brand) => brand.id));
  if (ids.size < brands.length) {
    throw new RuleError("genesis_shared_brand_id", "two brands have one id");
  }
  const texts = brands.flatMap(
    (brand) =>
      [
        [brand.id, brand.id],
        [brand.id, brand.name],
      ] as const,
  );
  const pair = confusable(texts);
  if (pair !== null) {
    throw new RuleError("genesis_brand_names", `the brands ${pair.join(" and ")} could be taken for each other`);
  }
  brands.forEach(checkGenesisBrand);
}

/** *grant* is a role "in version 2" (protocol, Brands), so none of a network that begins with version 1. */
function checkRoles({ brands, governance }: GenesisDocument): void {
  const isKnown = governance.version > 1;
  const stranger = brands.find(({ operators }) => operators.some(({ roles }) => roles.includes("grant")));
  if (!isKnown && stranger !== undefined) {
    throw new RuleError("brand_operator", `brand ${stranger.id}: version 1 doesn't have the role grant`);
  }
}

/** A checked genesis document with its chain id. */
export class Genesis {
  /** The network's id. */
  readonly chainId: ChainId;

  private constructor(
    /** The document. */
    readonly document: GenesisDocument,
    /** The first validators. */
    readonly validators: ValidatorSet,
  ) {
    this.chainId = toHex(taggedHash(tag.GENESIS, encode(genesisDocumentCodec, document))) as ChainId;
  }

  /** Checks a document; throws a `RuleError` if it can't start a network. */
  static of(document: GenesisDocument): Genesis {
    const validators = ValidatorSet.of(document.validators);
    checkParameters(document.parameters);
    checkGovernance(document.governance, document.validators);
    checkBrands(document.brands);
    checkRoles(document);
    return new Genesis(document, validators);
  }
  /** Reads and checks a document in TOML. */
  static fromToml(toml: string): Genesis {
    return Genesis.of(genesisDocumentFromToml(toml));
  }
  /** The kind of network, which decides the prefix that addresses carry. */
  get network(): NetworkKind {
    return this.document.network;
  }
}
