/** Taking what a member has set aside, by the ticket that their wallet shows. */

import type { HoldTicket } from "@lojal/client";
import { holdEnd, tagOf, toTimeMs } from "@lojal/client";
import { useState } from "preact/hooks";

import { momentText } from "../../shared/format.js";
import { language } from "../../shared/preferences.js";
import { theNetwork } from "../model/network.js";
import { shownByMember } from "../model/till-code.js";
import { Heading } from "../ui/parts.js";
import { Reader } from "../ui/reader.js";
import { TakeHeld } from "../ui/take-held.js";
import { AtDesk, lastOf, Sum } from "../ui/till-parts.js";
import type { Desk } from "../ui/till-parts.js";
import { tillWords } from "../words/till.js";

function Ticket({ desk }: { readonly desk: Desk }) {
  const text = tillWords.value;
  const [ticket, setTicket] = useState<HoldTicket | null>(null);
  const [fault, setFault] = useState<keyof typeof text.faults | null>(null);
  const use = (found: string): void => {
    const { chainId, network } = theNetwork().genesis;
    const shown = shownByMember(found, network, tagOf(chainId), toTimeMs(Date.now()));
    if (shown.type === "ticket" && shown.ticket.brand === desk.brand) {
      setTicket(shown.ticket);
    } else {
      setFault(shown.type === "fault" ? shown.fault : shown.type === "ticket" ? "brand" : "address");
    }
  };
  if (ticket === null) {
    return (
      <>
        <p class="soft">{text.ticketLead}</p>
        <Reader wrong={fault === null ? "" : text.faults[fault]} onText={use} />
      </>
    );
  }
  return (
    <>
      <Sum brand={ticket.brand} amount={ticket.amount} note={lastOf(ticket.from)} />
      <div class="panel stack">
        <p>{text.heldUntil(momentText(holdEnd(ticket.expiresMs), language.value))}</p>
        <TakeHeld desk={desk} held={ticket} />
      </div>
    </>
  );
}

/** The screen. */
export function TillTake() {
  return (
    <AtDesk>
      {(desk) => (
        <div class="stack">
          <Heading title={tillWords.value.ticketTitle} back="till" />
          <Ticket desk={desk} />
        </div>
      )}
    </AtDesk>
  );
}
