/** The operations by which those who run the network govern it. */

import type { VariantCodecs } from "../codec/combine.js";
import { list, option, struct } from "../codec/combine.js";
import type { Endpoint } from "../endpoint.js";
import { endpointCodec } from "../endpoint.js";
import type { Action } from "../governance/action.js";
import { actionsCodec } from "../governance/action.js";
import type { MotionId, SignOfLife } from "../governance/motion.js";
import { motionIdCodec, signOfLifeCodec } from "../governance/motion.js";
import type { Hash } from "../ids.js";
import { hashCodec } from "../ids.js";
import { MOTION_ACTIONS_MAX } from "../limits.js";

/** A governor puts a motion forward, and approves it by that. */
export interface Propose {
  /** The actions that happen together or not at all. */
  readonly actions: readonly Action[];
}

/** A governor approves a motion. */
export interface Approve {
  /** The motion. */
  readonly motion: MotionId;
  /** The digest of its actions, so that nobody approves of others than those that were shown. */
  readonly digest: Hash;
}

/** The governor who has put a motion forward takes it back. */
export interface Withdraw {
  /** The motion. */
  readonly motion: MotionId;
}

/** A governor shows that the nodes run that an approved motion needs. */
export interface Activate {
  /** The motion. */
  readonly motion: MotionId;
  /** The signs of life of those nodes. */
  readonly signs: readonly SignOfLife[];
}

/** A governor says where its validator's node is reached. */
export interface SetEndpoint {
  /** The address; null if it isn't said. */
  readonly endpoint: Endpoint | null;
}

/** The operations of governance, by type. */
export interface GovernanceOperations {
  /** See {@link Propose}. */
  readonly propose: Propose;
  /** See {@link Approve}. */
  readonly approve: Approve;
  /** See {@link Withdraw}. */
  readonly withdraw: Withdraw;
  /** See {@link Activate}. */
  readonly activate: Activate;
  /** See {@link SetEndpoint}. */
  readonly set_endpoint: SetEndpoint;
}

/** The numbers and forms of the operations of governance. */
export const governanceOperations: VariantCodecs<GovernanceOperations> = {
  propose: [48, struct<Propose>({ actions: actionsCodec })],
  approve: [49, struct<Approve>({ motion: motionIdCodec, digest: hashCodec })],
  withdraw: [50, struct<Withdraw>({ motion: motionIdCodec })],
  activate: [51, struct<Activate>({ motion: motionIdCodec, signs: list(signOfLifeCodec, 1, MOTION_ACTIONS_MAX) })],
  set_endpoint: [52, struct<SetEndpoint>({ endpoint: option(endpointCodec) })],
};
