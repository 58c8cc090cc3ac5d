/** Whoever can bring a lost account back, and what keeps an account from a thief (protocol, Accounts and keys). */

import type { Address } from "./address.js";
import { addressCodec } from "./address.js";
import type { BrandId } from "./brand.js";
import { brandIdCodec } from "./brand.js";
import { compareText, fromHex, isRising, toHex } from "./bytes.js";
import type { Codec } from "./codec/codec.js";
import { encode } from "./codec/codec.js";
import type { Tagged } from "./codec/combine.js";
import { defaulted, list, nothing, objectOf, option, struct, variants } from "./codec/combine.js";
import { u64, u8 } from "./codec/primitives.js";
import { DecodeError, JsonError } from "./error.js";
import { chainHash, tag } from "./hash.js";
import type { ChainId, Hash, PublicKey } from "./ids.js";
import { publicKeyCodec } from "./ids.js";
import { GUARDIANS_MAX } from "./limits.js";
import type { TimeMs } from "./time.js";
import { timeMsCodec } from "./time.js";

/** Somebody whom an owner trusts to bring the account back: another account, or a brand, whose admins act for it. */
export type Guardian = { readonly account: Address } | { readonly brand: BrandId };

/** The forms of guardians. */
export const guardianCodec: Codec<Guardian> = {
  write(writer, guardian) {
    if ("account" in guardian) {
      writer.small(0, 1);
      addressCodec.write(writer, guardian.account);
    } else {
      writer.small(1, 1);
      brandIdCodec.write(writer, guardian.brand);
    }
  },
  read(reader) {
    switch (reader.small(1)) {
      case 0:
        return { account: addressCodec.read(reader) };
      case 1:
        return { brand: brandIdCodec.read(reader) };
      default:
        throw new DecodeError("a guardian is an account or a brand");
    }
  },
  toJson(guardian, network) {
    return "account" in guardian
      ? { account: addressCodec.toJson(guardian.account, network) }
      : { brand: guardian.brand };
  },
  fromJson(json, network) {
    const { account, brand, ...others } = objectOf(json);
    const isOne = Object.keys(others).length === 0 && (account === undefined) !== (brand === undefined);
    if (!isOne) {
      throw new JsonError("a guardian is an account or a brand");
    }
    return account === undefined
      ? { brand: brandIdCodec.fromJson(brand ?? null, network) }
      : { account: addressCodec.fromJson(account, network) };
  },
};

/** An account's guardians. */
export interface Guardians {
  /** The guardians: accounts first, by address, then brands, each once. */
  readonly guardians: readonly Guardian[];
  /** The number of them that it takes: 1 to all of them, 0 if there are none. */
  readonly threshold: number;
}

/** No guardians. */
export const NO_GUARDIANS: Guardians = { guardians: [], threshold: 0 };

/** The forms of an account's guardians. */
export const guardiansCodec: Codec<Guardians> = defaulted(
  struct<Guardians>({ guardians: list(guardianCodec, 0, GUARDIANS_MAX), threshold: u8 }),
  () => NO_GUARDIANS,
);

function compareGuardians(one: Guardian, other: Guardian): number {
  if ("account" in one) {
    return "account" in other ? compareText(one.account, other.account) : -1;
  }
  return "account" in other ? 1 : compareText(one.brand, other.brand);
}

/** True if they stand in order: "accounts first, by address, then brands, each once" (protocol, Accounts and keys). */
export function guardiansAreInOrder(guardians: Guardians): boolean {
  return isRising(guardians.guardians, compareGuardians);
}
/**
 * True if there are enough of them: "The threshold is from 1 to all of them, and 0 without guardians." (protocol,
 * Accounts and keys)
 */
export function thresholdIsInRange({ guardians, threshold }: Guardians): boolean {
  return threshold <= guardians.length && (threshold > 0 || guardians.length === 0);
}
/** Guardians in their order. */
export function guardiansInOrder(guardians: readonly Guardian[]): readonly Guardian[] {
  return [...guardians].sort(compareGuardians);
}

/** A guardian's wish for an account's next key. */
export interface RecoveryVote {
  /** The guardian that wants it. */
  readonly guardian: Guardian;
  /** The key. */
  readonly newKey: PublicKey;
}

/** The key that enough guardians want, and when it can take over. */
export interface AgreedKey {
  /** The key. */
  readonly newKey: PublicKey;
  /** The time from which on the recovery can be finished. */
  readonly fromMs: TimeMs;
}

/** A recovery that is under way; until it ends nothing goes out of the account. */
export interface Recovery {
  /** The key that each guardian wants. */
  readonly votes: readonly RecoveryVote[];
  /** The key that reached the threshold. */
  readonly agreed: AgreedKey | null;
}

const voteCodec: Codec<RecoveryVote> = struct<RecoveryVote>({ guardian: guardianCodec, newKey: publicKeyCodec });

/** The forms of recoveries. */
export const recoveryCodec: Codec<Recovery> = struct<Recovery>({
  votes: list(voteCodec, 1, GUARDIANS_MAX),
  agreed: option(struct<AgreedKey>({ newKey: publicKeyCodec, fromMs: timeMsCodec })),
});

/** The changes of an account that the key alone can't make at once, by type. */
export interface ChangesByType {
  /** The freeze is lifted. */
  readonly unfreeze: Record<never, never>;
  /** The account gets other guardians. */
  readonly set_guardians: { readonly guardians: Guardians };
}

/** A change of an account that the key alone can't make at once. */
export type Change = Tagged<"type", ChangesByType>;

/** The forms of changes. */
export const changeCodec: Codec<Change> = variants<ChangesByType, "type">("type", {
  unfreeze: [0, nothing],
  set_guardians: [1, struct<ChangesByType["set_guardians"]>({ guardians: guardiansCodec })],
});

/** A change that the owner has asked for. */
export interface Waiting {
  /** The change that happens. */
  readonly change: Change;
  /** The time at which it happens by itself. */
  readonly fromMs: TimeMs;
  /** The guardians who want it to happen at once. */
  readonly agreed: readonly Guardian[];
}

/** A guardian that can't ask for another key for a while. */
export interface Barred {
  /** The guardian that is barred. */
  readonly guardian: Guardian;
  /** The time from which it can ask again. */
  readonly untilMs: TimeMs;
}

/** The consequences of an agreement of the guardians that the owner's key has cancelled. */
export interface Cancelled {
  /** The time until which nothing goes out. */
  readonly stoppedUntilMs: TimeMs;
  /** The time until which the key alone can't change guardians, nor cancel another agreement of two or more. */
  readonly untilMs: TimeMs;
}

/** All of this that an account has at a time. */
export interface Safeguards {
  /** The change that waits, at most one. */
  readonly waiting: Waiting | null;
  /** The guardians who are barred. */
  readonly barred: readonly Barred[];
  /** The last agreement that was cancelled, as long as it matters. */
  readonly cancelled: Cancelled | null;
}

/** Nothing that waits, nobody who is barred. */
export const NO_SAFEGUARDS: Safeguards = { waiting: null, barred: [], cancelled: null };

const waitingCodec: Codec<Waiting> = struct<Waiting>({
  change: changeCodec,
  fromMs: timeMsCodec,
  agreed: list(guardianCodec, 0, GUARDIANS_MAX),
});

/** The forms of safeguards. */
export const safeguardsCodec: Codec<Safeguards> = defaulted(
  struct<Safeguards>({
    waiting: option(waitingCodec),
    barred: list(struct<Barred>({ guardian: guardianCodec, untilMs: timeMsCodec }), 0, GUARDIANS_MAX),
    cancelled: option(struct<Cancelled>({ stoppedUntilMs: timeMsCodec, untilMs: timeMsCodec })),
  }),
  () => NO_SAFEGUARDS,
);

/**
 * The digest by which guardians name a change: "The digest is `lojal/change/v1` of the account, the time at which the
 * change happens by itself (u64, little-endian) and the change, so nobody agrees to another change than the one that
 * was shown." (protocol, Accounts and keys)
 */
export function changeDigest(chain: ChainId, account: Address, waiting: Waiting): Hash {
  const fromMs = encode(u64, BigInt(waiting.fromMs));
  return toHex(chainHash(tag.CHANGE, chain, fromHex(account), fromMs, encode(changeCodec, waiting.change))) as Hash;
}
