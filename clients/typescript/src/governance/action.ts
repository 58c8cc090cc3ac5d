/** The actions of motions. */

import type { BrandId } from "../brand.js";
import { brandIdCodec } from "../brand.js";
import { toHex } from "../bytes.js";
import type { Codec } from "../codec/codec.js";
import { encode } from "../codec/codec.js";
import type { Tagged } from "../codec/combine.js";
import { list, nothing, option, struct, variants } from "../codec/combine.js";
import { u32, u64, u8 } from "../codec/primitives.js";
import type { Endpoint } from "../endpoint.js";
import { endpointCodec } from "../endpoint.js";
import { chainHash, tag } from "../hash.js";
import type { ChainId, Hash, Height, PublicKey } from "../ids.js";
import { heightCodec, publicKeyCodec } from "../ids.js";
import { BRAND_ADMINS_MAX, MOTION_ACTIONS_MAX } from "../limits.js";
import type { Name } from "../name/name.js";
import { nameCodec } from "../name/name.js";
import type { GenesisBrand, Parameters, Settings } from "../parameters.js";
import { genesisBrandCodec, parametersCodec, settingsCodec } from "../parameters.js";
import type { Validator } from "../validator.js";
import { validatorCodec } from "../validator.js";
import type { NodeProof } from "./motion.js";
import { nodeProofCodec } from "./motion.js";

/** A node gets a vote, and whoever runs it a seat. */
export interface AddValidator {
  /** The validator. */
  readonly validator: Validator;
  /** The first key of the account that speaks for it. */
  readonly governor: PublicKey;
  /** The proof that both keys of the validator are somebody's. */
  readonly proof: NodeProof;
  /** The address at which its node is reached. */
  readonly endpoint: Endpoint | null;
}

/** A validator gets other keys. */
export interface SetKeys {
  /** The validator's name. */
  readonly name: Name;
  /** The key that signs its votes and proposals from then on. */
  readonly publicKey: PublicKey;
  /** The key of its node on the peer-to-peer network from then on. */
  readonly networkKey: PublicKey;
  /** The proof that both keys are somebody's. */
  readonly proof: NodeProof;
}

/** A validator's vote gets another weight. */
export interface SetPower {
  /** The validator's name. */
  readonly name: Name;
  /** The weight of its vote. */
  readonly power: bigint;
}

/** A node without a vote may follow the network. */
export interface AllowFollower {
  /** The name by which people know it. */
  readonly name: Name;
  /** The key of its node on the peer-to-peer network. */
  readonly networkKey: PublicKey;
  /** The name of the validator that answers for it; it goes with that one's seat. */
  readonly sponsor: Name;
  /** The address at which it is reached. */
  readonly endpoint: Endpoint | null;
}

/** The network gets another version of the protocol at a height. */
export interface ScheduleVersion {
  /** The version: the one after that which is in force. */
  readonly version: number;
  /** The first block of that version. */
  readonly height: Height;
}

/** A brand gets these admins and no others, such as after it has lost its keys. */
export interface SetBrandAdmins {
  /** The brand. */
  readonly brand: BrandId;
  /** The first keys of the admins' accounts, sorted, each once. */
  readonly admins: readonly PublicKey[];
  /** The number of them that a motion of the brand takes from then on. */
  readonly needed: number;
}

/** The actions of motions, by type. */
export interface ActionsByType {
  /** See {@link AddValidator}. */
  readonly add_validator: AddValidator;
  /** A validator of this name loses its vote and its seat. */
  readonly remove_validator: { readonly name: Name };
  /** See {@link SetKeys}. */
  readonly set_keys: SetKeys;
  /** See {@link SetPower}. */
  readonly set_power: SetPower;
  /** See {@link AllowFollower}. */
  readonly allow_follower: AllowFollower;
  /** A follower of this name may follow no more. */
  readonly disallow_follower: { readonly name: Name };
  /** The network gets other parameters from the next block on; what has begun keeps those with which it began. */
  readonly set_parameters: { readonly parameters: Parameters };
  /** Governance gets other settings. */
  readonly set_settings: { readonly settings: Settings };
  /** See {@link ScheduleVersion}. */
  readonly schedule_version: ScheduleVersion;
  /** The version that was scheduled doesn't come. */
  readonly cancel_version: Record<never, never>;
  /** A brand joins, as it is there. */
  readonly register_brand: { readonly brand: GenesisBrand };
  /** A brand can issue no more for a while. */
  readonly suspend_brand: { readonly brand: BrandId };
  /** A brand that was suspended is so no more. */
  readonly reinstate_brand: { readonly brand: BrandId };
  /** See {@link SetBrandAdmins}. */
  readonly set_brand_admins: SetBrandAdmins;
}

/** One step of a motion: its fields, and its `type`. */
export type Action = Tagged<"type", ActionsByType>;

const named = struct<{ readonly name: Name }>({ name: nameCodec });
const ofBrand = struct<{ readonly brand: BrandId }>({ brand: brandIdCodec });

/** The forms of actions. The numbers of the kinds are part of the bytes: 1 the network, 16 brands. */
export const actionCodec: Codec<Action> = variants<ActionsByType, "type">("type", {
  add_validator: [
    1,
    struct<AddValidator>({
      validator: validatorCodec,
      governor: publicKeyCodec,
      proof: nodeProofCodec,
      endpoint: option(endpointCodec),
    }),
  ],
  remove_validator: [2, named],
  set_keys: [
    3,
    struct<SetKeys>({
      name: nameCodec,
      publicKey: publicKeyCodec,
      networkKey: publicKeyCodec,
      proof: nodeProofCodec,
    }),
  ],
  set_power: [4, struct<SetPower>({ name: nameCodec, power: u64 })],
  allow_follower: [
    5,
    struct<AllowFollower>({
      name: nameCodec,
      networkKey: publicKeyCodec,
      sponsor: nameCodec,
      endpoint: option(endpointCodec),
    }),
  ],
  disallow_follower: [6, named],
  set_parameters: [7, struct<ActionsByType["set_parameters"]>({ parameters: parametersCodec })],
  set_settings: [8, struct<ActionsByType["set_settings"]>({ settings: settingsCodec })],
  schedule_version: [9, struct<ScheduleVersion>({ version: u32, height: heightCodec })],
  cancel_version: [10, nothing],
  register_brand: [16, struct<ActionsByType["register_brand"]>({ brand: genesisBrandCodec })],
  suspend_brand: [17, ofBrand],
  reinstate_brand: [18, ofBrand],
  set_brand_admins: [
    19,
    struct<SetBrandAdmins>({
      brand: brandIdCodec,
      admins: list(publicKeyCodec, 1, BRAND_ADMINS_MAX),
      needed: u8,
    }),
  ],
});

/** The forms of the actions of a motion, in the order in which they happen. */
export const actionsCodec: Codec<readonly Action[]> = list(actionCodec, 1, MOTION_ACTIONS_MAX);

/**
 * The digest by which governors name what they approve: "The digest is `lojal/motion/v1` of the actions, so nobody
 * approves of other actions than those that were shown." (protocol, Governance)
 */
export function motionDigest(chain: ChainId, actions: readonly Action[]): Hash {
  return toHex(chainHash(tag.MOTION, chain, encode(actionsCodec, actions))) as Hash;
}
