/**
 * Texts that a till and a member show each other, fit for a QR code and for being pasted.
 *
 * The text is `lojal:` and a bech32m string (BIP-350): its prefix, `pay`, `use` or `hold`, says what it is; its data
 * are a version byte and the canonical bytes (borsh). Case doesn't matter as long as it is all one, and white space
 * nowhere does.
 */

import { bech32m } from "@scure/base";

import type { Address } from "../address.js";
import { addressCodec } from "../address.js";
import type { BrandId } from "../brand.js";
import { brandIdCodec } from "../brand.js";
import { concat, utf8 } from "../bytes.js";
import type { Codec } from "../codec/codec.js";
import { decode, encode } from "../codec/codec.js";
import { struct } from "../codec/combine.js";
import { DecodeError, FaultError } from "../error.js";
import type { ChainTag } from "../ids.js";
import { chainTagCodec } from "../ids.js";
import type { Points } from "../points.js";
import { pointsCodec } from "../points.js";
import type { Reference } from "../reference.js";
import { referenceCodec } from "../reference.js";
import type { Request, VoucherRequest } from "../request.js";
import { requestCodec, voucherRequestCodec } from "../request.js";
import type { Day, TimeMs } from "../time.js";
import { dayCodec, holdEnd, timeMsCodec } from "../time.js";

/** The scheme that every text starts with. */
export const SCHEME = "lojal:";
/** Longest text, in bytes. */
export const URI_BYTES_MAX = 1024;
/** The version of the content that this code knows. */
export const URI_VERSION = 1;

/** The reason that a text can't be used. */
export type UriFault = "scheme" | "damaged" | "kind" | "version" | "network" | "expired";

/** A text that can't be used. */
export class UriError extends FaultError<"uri", UriFault> {
  constructor(fault: UriFault, message: string) {
    super("uri", fault, message);
  }
}

/** A till's request for points from a member. Whoever answers computes the reference from the rest. */
export interface PaymentRequest {
  /** The network. */
  readonly chain: ChainTag;
  /** The request. */
  readonly request: Request;
}

/** A till's request for uses of a voucher from a member. As for points the reference is computed from the rest. */
export interface VoucherCall {
  /** The network. */
  readonly chain: ChainTag;
  /** The request. */
  readonly request: VoucherRequest;
}

/** A member's statement to a till of the points that are held for it. */
export interface HoldTicket {
  /** The network. */
  readonly chain: ChainTag;
  /** The brand of the points. */
  readonly brand: BrandId;
  /** The account that they are held from. */
  readonly from: Address;
  /** The reference of the hold. */
  readonly holdReference: Reference;
  /** The day of the hold's request. */
  readonly holdDated: Day;
  /** The amount. */
  readonly amount: Points;
  /** The time at which the hold was asked to end. */
  readonly expiresMs: TimeMs;
}

const paymentRequestCodec: Codec<PaymentRequest> = struct<PaymentRequest>({
  chain: chainTagCodec,
  request: requestCodec,
});

const voucherCallCodec: Codec<VoucherCall> = struct<VoucherCall>({
  chain: chainTagCodec,
  request: voucherRequestCodec,
});

const holdTicketCodec: Codec<HoldTicket> = struct<HoldTicket>({
  chain: chainTagCodec,
  brand: brandIdCodec,
  from: addressCodec,
  holdReference: referenceCodec,
  holdDated: dayCodec,
  amount: pointsCodec,
  expiresMs: timeMsCodec,
});

type Prefix = "pay" | "use" | "hold";

const EXPECTED: Readonly<Record<Prefix, string>> = {
  pay: "the payment request that the till shows",
  use: "the request for a voucher that the till shows",
  hold: "the ticket that the member shows",
};

/** The text of a payment request, in upper case, which makes the smallest QR code. */
export function paymentRequestToUri(request: PaymentRequest): string {
  return toUri("pay", paymentRequestCodec, request);
}
/** Reads the text of a payment request. Whether it can be paid here and now is for {@link checkPaymentRequest}. */
export function paymentRequestFromUri(text: string): PaymentRequest {
  return fromUri("pay", paymentRequestCodec, text);
}
/** Checks that a payment request is for a network and that its time is not over. */
export function checkPaymentRequest(request: PaymentRequest, expected: ChainTag, now: TimeMs): void {
  checkRequest("payment request", request, expected, now);
}

/** The text of a request for a voucher, in upper case, which makes the smallest QR code. */
export function voucherCallToUri(call: VoucherCall): string {
  return toUri("use", voucherCallCodec, call);
}
/** Reads the text of a request for a voucher. Whether it can be answered is for {@link checkVoucherCall}. */
export function voucherCallFromUri(text: string): VoucherCall {
  return fromUri("use", voucherCallCodec, text);
}
/** Checks that a request for a voucher is for a network and that its time is not over. */
export function checkVoucherCall(call: VoucherCall, expected: ChainTag, now: TimeMs): void {
  checkRequest("request for a voucher", call, expected, now);
}

/** The text of a ticket, in upper case, which makes the smallest QR code. */
export function holdTicketToUri(ticket: HoldTicket): string {
  return toUri("hold", holdTicketCodec, ticket);
}
/** Reads the text of a ticket. Whether it can be used here and now is for {@link checkHoldTicket}. */
export function holdTicketFromUri(text: string): HoldTicket {
  return fromUri("hold", holdTicketCodec, text);
}
/** Checks that a ticket is for a network and that its time is not over. */
export function checkHoldTicket(ticket: HoldTicket, expected: ChainTag, now: TimeMs): void {
  check("ticket", ticket.chain, expected);
  if (now >= holdEnd(ticket.expiresMs)) {
    const remedy = "the points are their owner's again, ask for a new payment";
    throw new UriError("expired", `the time of this ticket is over: ${remedy}`);
  }
}

function checkRequest(
  what: string,
  { chain, request }: PaymentRequest | VoucherCall,
  expected: ChainTag,
  now: TimeMs,
): void {
  check(what, chain, expected);
  if (now >= request.untilMs) {
    throw new UriError("expired", `the time of this ${what} is over: ask the till for a new one`);
  }
}

function check(what: string, found: ChainTag, expected: ChainTag): void {
  if (found !== expected) {
    const message = `this ${what} is for network ${found}…, but this wallet belongs to network ${expected}…`;
    throw new UriError("network", message);
  }
}

function toUri<T>(prefix: Prefix, codec: Codec<T>, content: T): string {
  const bytes = concat(Uint8Array.of(URI_VERSION), encode(codec, content));
  return (SCHEME + bech32m.encode(prefix, bech32m.toWords(bytes), false)).toUpperCase();
}

function damaged(reason: string): UriError {
  return new UriError("damaged", `the text is damaged (${reason}): scan or copy all of it again`);
}

function fromUri<T>(prefix: Prefix, codec: Codec<T>, pasted: string): T {
  if (utf8(pasted).length > URI_BYTES_MAX) {
    throw damaged("it is too long");
  }
  const text = pasted.replace(/\p{White_Space}/gu, "");
  if (text.slice(0, SCHEME.length).toLowerCase() !== SCHEME) {
    throw new UriError("scheme", `this is neither a payment request nor a ticket: those start with ${SCHEME}`);
  }
  const decoded = bech32m.decodeUnsafe(text.slice(SCHEME.length), URI_BYTES_MAX);
  if (decoded === undefined) {
    throw damaged("its checksum is wrong");
  }
  if (decoded.prefix !== prefix) {
    const found = EXPECTED[decoded.prefix as Prefix] ?? `something called ${decoded.prefix}`;
    throw new UriError("kind", `this is ${found}, and what is needed here is ${EXPECTED[prefix]}`);
  }
  const bytes = bech32m.fromWordsUnsafe(decoded.words);
  if (bytes === undefined) {
    throw damaged("there is more in it than there should be");
  }
  const content = contentOf(codec, bytes);
  // Bits after the last byte would make a second text.
  if (toUri(prefix, codec, content) !== text.toUpperCase()) {
    throw damaged("there is more in it than there should be");
  }
  return content;
}

function contentOf<T>(codec: Codec<T>, bytes: Uint8Array): T {
  const [version] = bytes;
  if (version === undefined) {
    throw damaged("it is empty");
  }
  if (version !== URI_VERSION) {
    const message = `the text has version ${version}, but this program knows version ${URI_VERSION}: use a newer one`;
    throw new UriError("version", message);
  }
  try {
    return decode(codec, bytes.slice(1));
  } catch (error) {
    throw error instanceof DecodeError ? damaged(error.message) : error;
  }
}
