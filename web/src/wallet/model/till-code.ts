/** What a text that a member shows means to a till. */

import type { Address, ChainTag, HoldTicket, NetworkKind, TimeMs } from "@lojal/client";
import { checkHoldTicket, holdTicketFromUri, LojalError, parseAddress, UriError } from "@lojal/client";

/** The reason that a text is of no use. */
export type TillFault = "network" | "expired" | "damaged" | "request" | "other";

/** The meaning of a text. */
export type Shown =
  | { readonly type: "member"; readonly address: Address }
  | { readonly type: "ticket"; readonly ticket: HoldTicket }
  | { readonly type: "fault"; readonly fault: TillFault };

function faultOf(error: LojalError): TillFault {
  const faults: Readonly<Record<string, TillFault>> = {
    uri_network: "network",
    uri_expired: "expired",
    uri_kind: "request",
    uri_scheme: "other",
    invalid_network: "network",
  };
  return faults[error.code] ?? (error instanceof UriError ? "damaged" : "other");
}

/** Reads a text. */
export function shownByMember(text: string, kind: NetworkKind, chain: ChainTag, now: TimeMs): Shown {
  const trimmed = text.trim();
  try {
    if (/^lojal:/i.test(trimmed)) {
      const ticket = holdTicketFromUri(trimmed);
      checkHoldTicket(ticket, chain, now);
      return { type: "ticket", ticket };
    }
    return { type: "member", address: parseAddress(trimmed, kind) };
  } catch (error) {
    if (error instanceof LojalError) {
      return { type: "fault", fault: faultOf(error) };
    }
    throw error;
  }
}
