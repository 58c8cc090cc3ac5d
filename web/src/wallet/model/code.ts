/** What a scanned or pasted text means to the wallet. */

import type { Address, ChainTag, NetworkKind, PaymentRequest, TimeMs, VoucherCall } from "@lojal/client";
import {
  checkPaymentRequest,
  checkVoucherCall,
  LojalError,
  parseAddress,
  paymentRequestFromUri,
  UriError,
  voucherCallFromUri,
} from "@lojal/client";

import type { ToClaim } from "./invitation.js";
import { invitationIn } from "./invitation.js";

/** The reason that a text is of no use here. */
export type CodeFault = "network" | "expired" | "damaged" | "ticket" | "other";

/** The meaning of a text. */
export type Scanned =
  | { readonly type: "request"; readonly request: PaymentRequest }
  | { readonly type: "voucher"; readonly call: VoucherCall }
  | { readonly type: "address"; readonly address: Address }
  | { readonly type: "invitation"; readonly to: ToClaim }
  | { readonly type: "fault"; readonly fault: CodeFault };

function faultOf(error: unknown): CodeFault {
  if (error instanceof UriError) {
    switch (error.code) {
      case "uri_network":
        return "network";
      case "uri_expired":
        return "expired";
      case "uri_kind":
        return "ticket";
      case "uri_scheme":
        return "other";
      default:
        return "damaged";
    }
  }
  return error instanceof LojalError && error.code === "invalid_network" ? "network" : "other";
}

/** Reads a text. */
export function scanned(text: string, kind: NetworkKind, chain: ChainTag, now: TimeMs): Scanned {
  const trimmed = text.trim();
  const invitation = invitationIn(trimmed);
  if (invitation !== null) {
    return { type: "invitation", to: invitation };
  }
  try {
    if (/^lojal:use1/i.test(trimmed.replace(/\s/g, ""))) {
      const call = voucherCallFromUri(trimmed);
      checkVoucherCall(call, chain, now);
      return { type: "voucher", call };
    }
    if (/^lojal:/i.test(trimmed)) {
      const request = paymentRequestFromUri(trimmed);
      checkPaymentRequest(request, chain, now);
      return { type: "request", request };
    }
    return { type: "address", address: parseAddress(trimmed, kind) };
  } catch (error) {
    if (error instanceof LojalError) {
      return { type: "fault", fault: faultOf(error) };
    }
    throw error;
  }
}
