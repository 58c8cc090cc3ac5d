/** The camera, or a field to paste into: for a till's request, somebody's address, or an invitation. */

import { addressToText, tagOf, toTimeMs } from "@lojal/client";
import { useState } from "preact/hooks";

import { goTo } from "../../shared/route.js";
import { scanned } from "../model/code.js";
import type { CodeFault } from "../model/code.js";
import { claimPlace, linkedPlace } from "../model/invitation.js";
import { theNetwork } from "../model/network.js";
import { Heading } from "../ui/parts.js";
import { Reader } from "../ui/reader.js";
import { screenWords } from "../words/screens.js";

/** The screen. */
export function Scan() {
  const { scan } = screenWords.value;
  const [fault, setFault] = useState<CodeFault | null>(null);
  const faults: Readonly<Record<CodeFault, string>> = {
    network: scan.wrongNetwork,
    expired: scan.expired,
    damaged: scan.damaged,
    ticket: scan.ticket,
    other: scan.other,
  };
  const use = (found: string): void => {
    const { chainId, network } = theNetwork().genesis;
    const result = scanned(found, network, tagOf(chainId), toTimeMs(Date.now()));
    setFault(result.type === "fault" ? result.fault : null);
    if (result.type === "request") {
      goTo("pay", found.replace(/\s/g, ""));
    } else if (result.type === "voucher") {
      goTo("use", found.replace(/\s/g, ""));
    } else if (result.type === "address") {
      goTo("send", addressToText(result.address, network));
    } else if (result.type === "invitation") {
      // With the bytes of who is invited, which aren't a part of the claim.
      goTo("claim", linkedPlace(found) ?? claimPlace(result.to));
    }
  };
  return (
    <div class="stack">
      <Heading title={scan.title} />
      <p class="soft">{scan.lead}</p>
      <Reader wrong={fault === null ? "" : faults[fault]} onText={use} />
    </div>
  );
}
