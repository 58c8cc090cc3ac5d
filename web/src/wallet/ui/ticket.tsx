/** The ticket by which a till takes what is held for it. */

import type { Operation } from "@lojal/client";
import { holdEnd, holdTicketToUri, tagOf } from "@lojal/client";

import { Qr } from "../../shared/qr.js";
import { theNetwork } from "../model/network.js";
import { screenWords } from "../words/screens.js";
import { CopyButton } from "./parts.js";

/** The ticket of an operation; nothing if it holds no points, or the time is over. */
export function Ticket({ operation }: { readonly operation: Operation | undefined }) {
  if (operation?.type !== "hold" || holdEnd(operation.expiresMs) <= Date.now()) {
    return null;
  }
  const { brand, from, amount, expiresMs, request } = operation;
  const { ticket, ticketLead } = screenWords.value.sent;
  const text = holdTicketToUri({
    chain: tagOf(theNetwork().genesis.chainId),
    brand,
    from,
    holdReference: request.reference,
    holdDated: request.dated,
    amount,
    expiresMs,
  });
  return (
    <section class="panel stack" aria-label={ticket}>
      <h2>{ticket}</h2>
      <p class="soft">{ticketLead}</p>
      <div class="code" data-testid="ticket" data-text={text}>
        <Qr text={text} label={ticket} />
      </div>
      <CopyButton text={text} />
    </section>
  );
}
