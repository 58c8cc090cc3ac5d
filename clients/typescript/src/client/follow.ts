/** The validators, followed along what a gateway shows (protocol, Light clients), which need not be believed. */

import type { Header } from "../block.js";
import type { Certificate } from "../certificate.js";
import { CertificateError } from "../certificate.js";
import { CHANGES_MAX } from "../chain/inclusion.js";
import type { Pin, SetChange, TrustedHeader } from "../chain/light.js";
import { LightChain, LightError } from "../chain/light.js";
import type { Genesis } from "../genesis.js";
import type { Height } from "../ids.js";
import type { Client } from "./client.js";
import { BehindError, GatewayUntrueError, TooManyChangesError } from "./error.js";

/** Most changes that are asked for at once. */
const PAGE_MAX = 100;
/** Most changes that are followed to one header, unless the caller wants fewer. */
export const FOLLOWED_MAX = CHANGES_MAX;

/** The way along the changes of the validators. */
export interface Followed {
  /** The validators that are known after it. */
  readonly chain: LightChain;
  /** The changes on it. */
  readonly changes: readonly SetChange[];
}

/**
 * Follows every change of the validators below a height, from where a chain of them is, which stays as it is. Throws a
 * {@link GatewayUntrueError} if one doesn't lead on, a {@link BehindError} if the gateway doesn't know all of them yet,
 * and a {@link TooManyChangesError}.
 */
export async function followValidators(
  client: Client,
  from: LightChain,
  below: Height,
  most = FOLLOWED_MAX,
): Promise<Followed> {
  const chain = from.copy();
  const changes: SetChange[] = [];
  for (;;) {
    const page = await client.lightChanges(chain.pin.height, PAGE_MAX);
    for (const change of page.changes) {
      const { height } = change.header;
      if (height >= below) {
        return { chain, changes };
      }
      if (changes.length === most) {
        throw new TooManyChangesError(client.url, most, from.pin.height);
      }
      told(client, `the change of the validators at height ${height}`, () => chain.advance(change));
      changes.push(change);
    }
    if (!page.more) {
      if (page.height + 1n < below) {
        const reason = `it knows the validators up to block ${page.height} and not to ${below}`;
        throw new BehindError(client.url, reason);
      }
      return { chain, changes };
    }
    if (page.changes.length === 0) {
      throw new GatewayUntrueError(client.url, "it has more changes of the validators, and shows none");
    }
  }
}

/** A header that is final, and the way to those who have decided it. */
export interface FollowedHeader extends Followed {
  /** The header. */
  readonly header: TrustedHeader;
}

/**
 * The last header of a gateway, final by the validators that every change leads to. Its pin is what to keep, with the
 * header and the validators, to go on from there with `LightChain.fromPin`.
 */
export async function latestHeader(client: Client, from: LightChain): Promise<FollowedHeader> {
  const { header, certificate } = await client.lightBlock();
  const canFollow = header.chainId === from.chainId && header.height > from.pin.height;
  const followed = canFollow ? await followValidators(client, from, header.height) : { chain: from, changes: [] };
  return { ...followed, header: checked(client, followed.chain, header, certificate) };
}

/**
 * The validators after a block that is trusted for another reason: its header and they are the gateway's, and follow
 * from the pin by hash.
 */
export async function followFromPin(client: Client, genesis: Genesis, pin: Pin): Promise<LightChain> {
  const { header } = await client.lightBlock(pin.height);
  const isOfGenesis = genesis.validators.hash(genesis.chainId) === header.nextValidatorsHash;
  const next = isOfGenesis ? genesis.validators : (await client.lightValidators(header.nextValidatorsHash)).set;
  return told(client, `the pin at height ${pin.height}`, () => {
    return LightChain.fromPin(genesis.chainId, pin, header, next);
  });
}

function checked(client: Client, chain: LightChain, header: Header, certificate: Certificate): TrustedHeader {
  const { height } = chain.pin;
  if (header.chainId === chain.chainId && header.height <= height) {
    throw new BehindError(client.url, `it shows block ${header.height}, and block ${height} is known already`);
  }
  return told(client, "the last block", () => chain.check(header, certificate));
}

/** Checks something that a gateway shows, and says whose it is if it doesn't hold. */
function told<T>(client: Client, what: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof LightError || error instanceof CertificateError) {
      throw new GatewayUntrueError(client.url, `of ${what}, ${error.message}`, { cause: error });
    }
    throw error;
  }
}
