/** Keys and recovery, and households. */

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { VariantCodecs } from "../codec/combine.js";
import { nothing, struct } from "../codec/combine.js";
import type { Guardians } from "../guardian.js";
import { guardiansCodec } from "../guardian.js";
import type { MemberLimit, MemberRole } from "../household.js";
import { memberLimitsCodec, memberRoleCodec } from "../household.js";
import type { Hash, PublicKey } from "../ids.js";
import { hashCodec, publicKeyCodec } from "../ids.js";

/** The owner of an account replaces its key; the address stays. */
export interface RotateKey {
  /** The key that signs from the next transaction on. */
  readonly newKey: PublicKey;
}

/** The owner of an account names who can bring it back; it happens after the delay, or when the guardians agree. */
export interface SetGuardians {
  /** The guardians from now on. */
  readonly guardians: Guardians;
}

/** A guardian begins the recovery of a lost account, which freezes it, or joins one. */
export interface StartRecovery {
  /** The lost account. */
  readonly account: Address;
  /** The key that shall sign for it. */
  readonly newKey: PublicKey;
}

/** A guardian completes a recovery when the owner's time to cancel it is over. */
export interface FinishRecovery {
  /** The lost account. */
  readonly account: Address;
}

/** A guardian agrees that a change that waits on an account happens at once. */
export interface Agree {
  /** The account whose change waits. */
  readonly account: Address;
  /** The digest of the change. */
  readonly digest: Hash;
}

/** An admin of a household invites an account, or changes an invitation. */
export interface Invite {
  /** The household. */
  readonly household: Address;
  /** The account that is invited. */
  readonly member: Address;
  /** The role that is offered. */
  readonly role: MemberRole;
  /** The limits that come with it. */
  readonly limits: readonly MemberLimit[];
}

/** The sender accepts an invitation. */
export interface Join {
  /** The household. */
  readonly household: Address;
}

/** The sender leaves a household, and takes nothing. With its last member the household is dissolved. */
export interface Leave {
  /** The household. */
  readonly household: Address;
}

/** An admin of a household changes a member's role and limits. */
export interface SetMember {
  /** The household. */
  readonly household: Address;
  /** The member whose rights are set. */
  readonly member: Address;
  /** The role from now on. */
  readonly role: MemberRole;
  /** The limits from now on. */
  readonly limits: readonly MemberLimit[];
}

/** An admin of a household removes a member, or withdraws an invitation. */
export interface RemoveMember {
  /** The household. */
  readonly household: Address;
  /** The member that goes. */
  readonly member: Address;
}

/** The operations of people, by type. */
export interface PeopleOperations {
  /** See {@link RotateKey}. */
  readonly rotate_key: RotateKey;
  /** See {@link SetGuardians}. */
  readonly set_guardians: SetGuardians;
  /** See {@link StartRecovery}. */
  readonly start_recovery: StartRecovery;
  /** The owner, who has the old key after all, ends a recovery. */
  readonly cancel_recovery: Record<never, never>;
  /** See {@link FinishRecovery}. */
  readonly finish_recovery: FinishRecovery;
  /** The owner of an account stops everything that goes out of it. */
  readonly freeze: Record<never, never>;
  /** The owner asks to lift the freeze; it happens after the delay, or when the guardians agree. */
  readonly unfreeze: Record<never, never>;
  /** See {@link Agree}. */
  readonly agree: Agree;
  /** The sender creates a household and is its first admin. */
  readonly create_household: Record<never, never>;
  /** See {@link Invite}. */
  readonly invite: Invite;
  /** See {@link Join}. */
  readonly join: Join;
  /** See {@link Leave}. */
  readonly leave: Leave;
  /** See {@link SetMember}. */
  readonly set_member: SetMember;
  /** See {@link RemoveMember}. */
  readonly remove_member: RemoveMember;
}

const offer = {
  household: addressCodec,
  member: addressCodec,
  role: memberRoleCodec,
  limits: memberLimitsCodec,
} as const;

/** The numbers and forms of the operations of people. */
export const peopleOperations: VariantCodecs<PeopleOperations> = {
  rotate_key: [32, struct<RotateKey>({ newKey: publicKeyCodec })],
  set_guardians: [33, struct<SetGuardians>({ guardians: guardiansCodec })],
  start_recovery: [34, struct<StartRecovery>({ account: addressCodec, newKey: publicKeyCodec })],
  cancel_recovery: [35, nothing],
  finish_recovery: [36, struct<FinishRecovery>({ account: addressCodec })],
  freeze: [37, nothing],
  unfreeze: [38, nothing],
  agree: [39, struct<Agree>({ account: addressCodec, digest: hashCodec })],
  create_household: [40, nothing],
  invite: [41, struct<Invite>(offer)],
  join: [42, struct<Join>({ household: addressCodec })],
  leave: [43, struct<Leave>({ household: addressCodec })],
  set_member: [44, struct<SetMember>(offer)],
  remove_member: [45, struct<RemoveMember>({ household: addressCodec, member: addressCodec })],
};
