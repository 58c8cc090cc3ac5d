/**
 * The gateway's answers about the network and its governance (docs/api.md). Nobody has checked them: see `src/chain`.
 */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { JsonCodec } from "../codec/codec.js";
import { jsonList, jsonOption, jsonStruct, names, objectOf } from "../codec/combine.js";
import { plainText, u32, u64 } from "../codec/primitives.js";
import type { Endpoint } from "../endpoint.js";
import { endpointCodec } from "../endpoint.js";
import type { Action } from "../governance/action.js";
import { actionsCodec } from "../governance/action.js";
import type { MotionId, MotionStatus } from "../governance/motion.js";
import { motionIdCodec, motionStatusCodec } from "../governance/motion.js";
import type { ChainId, Hash, Height, PublicKey } from "../ids.js";
import { chainIdCodec, hashCodec, heightCodec, publicKeyCodec } from "../ids.js";
import type { Name } from "../name/name.js";
import { nameCodec } from "../name/name.js";
import type { Parameters, Settings } from "../parameters.js";
import { parametersCodec, settingsCodec } from "../parameters.js";
import type { Follower, ScheduledVersion } from "../state/governance.js";
import { followerCodec, scheduledVersionCodec } from "../state/governance.js";
import type { TimeMs } from "../time.js";
import { timeMsCodec } from "../time.js";

/** The part of a node on the network: it decides the next block, it follows without a vote, or it has none. */
export type NodeRole = "validator" | "follower" | "none";

const nodeRoleCodec: JsonCodec<NodeRole> = names(["validator", "follower", "none"] as const);

/** `GET /v1/status`. */
export interface Status {
  /** The network. */
  readonly chainId: ChainId;
  /** The last final block. */
  readonly height: Height;
  /** The state after it. */
  readonly stateRoot: Hash;
  /** Its time. */
  readonly timeMs: TimeMs;
  /** The part that this node has on the network after that block. */
  readonly role: NodeRole;
  /** This node's validator address, or null for a node without a vote. */
  readonly validator: Address | null;
  /** Peers connected right now. */
  readonly peers: bigint;
  /** Transactions waiting for a block. */
  readonly mempool: bigint;
  /** The version of the node's program. */
  readonly version: string;
}

/** The JSON of the status of a node. */
export const statusCodec: JsonCodec<Status> = jsonStruct<Status>({
  chainId: chainIdCodec,
  height: heightCodec,
  stateRoot: hashCodec,
  timeMs: timeMsCodec,
  role: nodeRoleCodec,
  validator: jsonOption(addressCodec),
  peers: u64,
  mempool: u64,
  version: plainText,
});

/** A validator with its seat. */
export interface SeatedValidator {
  /** The name by which people know it. */
  readonly name: Name;
  /** Its address. */
  readonly address: Address;
  /** The key that signs its votes. */
  readonly publicKey: PublicKey;
  /** The key of its node on the peer-to-peer network. */
  readonly networkKey: PublicKey;
  /** The weight of its vote. */
  readonly power: bigint;
  /** The account that speaks for it. */
  readonly governor: Address;
  /** The address at which its node is reached, as its governor says. */
  readonly endpoint: Endpoint | null;
  /** The block that gave the seat; 0 for genesis. */
  readonly since: Height;
}

/** `GET /v1/validators`: the validators that decide the next block, in canonical order, and the followers. */
export interface Validators {
  /** They, with their seats. */
  readonly validators: readonly SeatedValidator[];
  /** The sum of their powers; more than two thirds of it decide. */
  readonly totalPower: bigint;
  /** The nodes that follow without a vote. */
  readonly followers: readonly Follower[];
  /** The block after which this is so. */
  readonly height: Height;
}

/** The JSON of the validators. */
export const validatorsCodec: JsonCodec<Validators> = jsonStruct<Validators>({
  validators: jsonList(
    jsonStruct<SeatedValidator>({
      name: nameCodec,
      address: addressCodec,
      publicKey: publicKeyCodec,
      networkKey: publicKeyCodec,
      power: u64,
      governor: addressCodec,
      endpoint: jsonOption(endpointCodec),
      since: heightCodec,
    }),
  ),
  totalPower: u64,
  followers: jsonList(followerCodec),
  height: heightCodec,
});

/** `GET /v1/governance/{id}`: a motion. */
export interface Motion {
  /** Its number. */
  readonly motion: MotionId;
  /** The validator that has put it forward. */
  readonly by: Name;
  /** The actions. */
  readonly actions: readonly Action[];
  /** Their digest, which whoever approves repeats. */
  readonly digest: Hash;
  /** The time at which it was put forward. */
  readonly createdMs: TimeMs;
  /** The time from which on it is lapsed, if it isn't decided before. */
  readonly lapsesMs: TimeMs;
  /** The validators that approve it, by name. */
  readonly approvals: readonly Name[];
  /** The power of those of them that are validators now. */
  readonly approvingPower: bigint;
  /** The sum of all powers now; more than two thirds of it decide. */
  readonly totalPower: bigint;
  /** The stage that it has reached. */
  readonly stage: MotionStatus;
}

const motionFields = jsonStruct<Omit<Motion, "stage">>({
  motion: motionIdCodec,
  by: nameCodec,
  actions: actionsCodec,
  digest: hashCodec,
  createdMs: timeMsCodec,
  lapsesMs: timeMsCodec,
  approvals: jsonList(nameCodec),
  approvingPower: u64,
  totalPower: u64,
});

/** The JSON of motions. */
export const motionCodec: JsonCodec<Motion> = {
  toJson(motion, network) {
    const stage = objectOf(motionStatusCodec.toJson(motion.stage, network));
    return { ...objectOf(motionFields.toJson(motion, network)), ...stage };
  },
  fromJson(json, network) {
    return { ...motionFields.fromJson(json, network), stage: motionStatusCodec.fromJson(json, network) };
  },
};

/** `GET /v1/governance`: everything that is decided about the network as a whole, and the motions. */
export interface GovernanceAnswer {
  /** The version of the protocol of the last block. */
  readonly version: number;
  /** The version that is scheduled. */
  readonly scheduled: ScheduledVersion | null;
  /** The parameters in force from the next block on. */
  readonly parameters: Parameters;
  /** The settings of governance. */
  readonly settings: Settings;
  /** The motions that are undecided, by number. */
  readonly open: readonly Motion[];
  /** The last motions that were decided, the latest first. */
  readonly closed: readonly Motion[];
  /** The block after which this is so. */
  readonly height: Height;
}

/** The JSON of governance. */
export const governanceAnswerCodec: JsonCodec<GovernanceAnswer> = jsonStruct<GovernanceAnswer>({
  version: u32,
  scheduled: jsonOption(scheduledVersionCodec),
  parameters: parametersCodec,
  settings: settingsCodec,
  open: jsonList(motionCodec),
  closed: jsonList(motionCodec),
  height: heightCodec,
});
