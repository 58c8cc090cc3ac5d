/** The market: what an offer is named and what is paid for a part of it (protocol, Market). */

import { firstBytes, fromHex, toHex } from "./bytes.js";
import { chainHash, tag } from "./hash.js";
import type { ChainId, OfferId, TransactionId } from "./ids.js";
import type { Points } from "./points.js";

const OFFER_BYTES = 16;

/**
 * The name of an offer: "the first 16 bytes of the hash, under `lojal/offer/v1`, of the transaction's id and the
 * operation's index" (protocol, Market). So whoever signs it knows it beforehand.
 */
export function offerId(chain: ChainId, transaction: TransactionId, index: number): OfferId {
  const hash = chainHash(tag.OFFER, chain, fromHex(transaction), Uint8Array.of(index));
  return toHex(firstBytes(hash, OFFER_BYTES)) as OfferId;
}

/** The points that are paid for so many: "⌈amount · `price_num` / `price_den`⌉" (protocol, Market). */
export function payFor(amount: Points, priceNum: number, priceDen: number): Points {
  const [sum, den] = [amount * BigInt(priceNum), BigInt(priceDen)];
  return ((sum + den - 1n) / den) as Points;
}
