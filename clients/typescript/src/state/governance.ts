/** The records of governance. */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { Codec } from "../codec/codec.js";
import { list, option, struct } from "../codec/combine.js";
import { u32, u8 } from "../codec/primitives.js";
import type { Endpoint } from "../endpoint.js";
import { endpointCodec } from "../endpoint.js";
import type { Action } from "../governance/action.js";
import { actionsCodec } from "../governance/action.js";
import type { MotionId, MotionStatus } from "../governance/motion.js";
import { motionIdCodec, motionStatusCodec } from "../governance/motion.js";
import type { Hash, Height, PublicKey } from "../ids.js";
import { hashCodec, heightCodec, publicKeyCodec } from "../ids.js";
import {
  FOLLOWERS_MAX,
  MOTIONS_CLOSED_MAX,
  MOTIONS_OPEN_MAX,
  MOTION_ACTIONS_MAX,
  VALIDATORS_MAX,
} from "../limits.js";
import type { Name } from "../name/name.js";
import { nameCodec } from "../name/name.js";
import type { TimeMs } from "../time.js";
import { timeMsCodec } from "../time.js";

/** A version that begins at a height. */
export interface ScheduledVersion {
  /** The version. */
  readonly version: number;
  /** Its first block. */
  readonly height: Height;
}

/** The forms of versions that begin at a height. */
export const scheduledVersionCodec: Codec<ScheduledVersion> = struct<ScheduledVersion>({
  version: u32,
  height: heightCodec,
});

/** The version of the protocol. */
export interface ProtocolRecord {
  /** The version of the last block. */
  readonly version: number;
  /** The version that follows it. */
  readonly scheduled: ScheduledVersion | null;
}

/** The forms of the record of the version. */
export const protocolRecordCodec: Codec<ProtocolRecord> = struct<ProtocolRecord>({
  version: u32,
  scheduled: option(scheduledVersionCodec),
});

/** A motion that is undecided, as far as the register knows it. */
export interface OpenMotion {
  /** Its number. */
  readonly motion: MotionId;
  /** The validator that has put it forward. */
  readonly by: Name;
  /** The time from which on it is lapsed. */
  readonly lapsesMs: TimeMs;
}

/** The numbers of motions. */
export interface RegisterRecord {
  /** The number of the next motion. */
  readonly next: MotionId;
  /** The motions that are undecided, by number. */
  readonly open: readonly OpenMotion[];
  /** The last motions that were decided, in the order in which they were. */
  readonly closed: readonly MotionId[];
}

const openMotionCodec: Codec<OpenMotion> = struct<OpenMotion>({
  motion: motionIdCodec,
  by: nameCodec,
  lapsesMs: timeMsCodec,
});

/** The forms of the register of motions. */
export const registerRecordCodec: Codec<RegisterRecord> = struct<RegisterRecord>({
  next: motionIdCodec,
  open: list(openMotionCodec, 0, MOTIONS_OPEN_MAX),
  closed: list(motionIdCodec, 0, MOTIONS_CLOSED_MAX),
});

/** A sign of life that was checked. */
export interface Ready {
  /** The place of the action in its motion, counted from 0. */
  readonly index: number;
  /** The time at which the node signed. */
  readonly timeMs: TimeMs;
}

/** A motion. */
export interface MotionRecord {
  /** The validator that has put it forward. */
  readonly by: Name;
  /** The actions. */
  readonly actions: readonly Action[];
  /** Their digest. */
  readonly digest: Hash;
  /** The time at which it was put forward. */
  readonly createdMs: TimeMs;
  /** The time from which on it is lapsed, if it isn't decided before. */
  readonly lapsesMs: TimeMs;
  /** The validators that approve it, sorted. */
  readonly approvals: readonly Name[];
  /** The latest signs of life that its actions had, by the actions' places. */
  readonly ready: readonly Ready[];
  /** The stage that it has reached. */
  readonly status: MotionStatus;
}

/** The forms of the records of motions. */
export const motionRecordCodec: Codec<MotionRecord> = struct<MotionRecord>({
  by: nameCodec,
  actions: actionsCodec,
  digest: hashCodec,
  createdMs: timeMsCodec,
  lapsesMs: timeMsCodec,
  approvals: list(nameCodec, 0, VALIDATORS_MAX),
  ready: list(struct<Ready>({ index: u8, timeMs: timeMsCodec }), 0, MOTION_ACTIONS_MAX),
  status: motionStatusCodec,
});

/** The seat of a validator. */
export interface SeatRecord {
  /** The account that speaks for it. */
  readonly governor: Address;
  /** The address at which its node is reached. */
  readonly endpoint: Endpoint | null;
  /** The block that gave it; 0 for genesis. */
  readonly since: Height;
}

/** The forms of the records of seats. */
export const seatRecordCodec: Codec<SeatRecord> = struct<SeatRecord>({
  governor: addressCodec,
  endpoint: option(endpointCodec),
  since: heightCodec,
});

/** The seat of a governor. */
export interface GovernorRecord {
  /** The name of the validator that it speaks for. */
  readonly seat: Name;
}

/** The forms of the records of governors. */
export const governorRecordCodec: Codec<GovernorRecord> = struct<GovernorRecord>({ seat: nameCodec });

/** A node without a vote that may follow the network. */
export interface Follower {
  /** The name by which people know it. */
  readonly name: Name;
  /** The key of its node on the peer-to-peer network. */
  readonly networkKey: PublicKey;
  /** The name of the validator that answers for it. */
  readonly sponsor: Name;
  /** The address at which it is reached. */
  readonly endpoint: Endpoint | null;
}

/** The nodes without a vote, by name. */
export interface FollowersRecord {
  /** They, by name. */
  readonly followers: readonly Follower[];
}

/** The forms of a follower. */
export const followerCodec: Codec<Follower> = struct<Follower>({
  name: nameCodec,
  networkKey: publicKeyCodec,
  sponsor: nameCodec,
  endpoint: option(endpointCodec),
});

/** The forms of the record of followers. */
export const followersRecordCodec: Codec<FollowersRecord> = struct<FollowersRecord>({
  followers: list(followerCodec, 0, FOLLOWERS_MAX),
});
