/** Giving a member what a campaign gives, by an operator of the brand or of its sponsor. */

import "../campaigns.css";

import type { api, Award, BrandId, Day, Operation, Points } from "@lojal/client";
import { AmountError, dayOf, formatAmount, parseAmount, receiptReference, toTimeMs } from "@lojal/client";
import { useState } from "preact/hooks";

import { Field } from "../../shared/parts.js";
import { goTo } from "../../shared/route.js";
import { addressIn } from "../../wallet/ui/fields.js";
import { Heading } from "../../wallet/ui/parts.js";
import { has, shown } from "../model/brand.js";
import { plainRows } from "../model/rows.js";
import { say } from "../model/saying.js";
import { campaignName, Gauges, StateChip } from "../ui/campaign.js";
import { DayInput, Panel, TextInput } from "../ui/parts.js";
import { Review } from "../ui/review.js";
import { words } from "../words/index.js";
import { campaignWords } from "../words/campaigns.js";
import { NoCampaign, useCampaign } from "./campaigns.js";

/** Most units of a grant that gives no points. */
const UNITS_MAX = 100n;

/** The count of a grant: by points with decimals, or by units; what is given first, and most. */
interface Count {
  readonly decimals: number;
  readonly first: bigint;
  readonly most: bigint;
}

/** The way in which a grant of an award is counted. */
function countOf(award: Award, decimals: number): Count {
  switch (award.type) {
    case "points":
      return { decimals, first: award.amount, most: award.upTo };
    case "mark":
      return { decimals: 0, first: 1n, most: award.days === null ? 1n : UNITS_MAX };
    case "voucher":
    case "cause":
      return { decimals: 0, first: 1n, most: UNITS_MAX };
  }
}

/** The number in a text; null if it is none, or more than can be granted. */
function amountIn(text: string, decimals: number, most: bigint): bigint | null {
  try {
    const amount = parseAmount(text, decimals);
    return amount <= most ? amount : null;
  } catch (error) {
    if (error instanceof AmountError) {
      return null;
    }
    throw error;
  }
}

function GrantForm({ brand, of }: { readonly brand: BrandId; readonly of: api.BrandCampaign }) {
  const text = campaignWords.value;
  const { common } = words.value;
  const { award, sponsor } = of.terms;
  const { decimals, first, most } = countOf(award, say.value.decimals(brand));
  const [to, setTo] = useState("");
  const [amount, setAmount] = useState(formatAmount(first as Points, decimals));
  const [receipt, setReceipt] = useState("");
  const [dated, setDated] = useState<string>(dayOf(toTimeMs(Date.now())));
  const [grant, setGrant] = useState<Extract<Operation, { type: "grant" }> | null>(null);
  const [address, count] = [addressIn(to), amountIn(amount, decimals, most)];
  const own = shown.value?.brand.id;
  const isPoints = award.type === "points";
  const shownAmount = (units: bigint): string => {
    return isPoints ? say.value.points(units as Points, brand) : say.value.number(units);
  };
  const name = isPoints ? text.grantPoints : text.grantUnits;
  if (grant !== null) {
    const { facts } = say.value.words;
    const rows = plainRows([
      [facts.to, say.value.address(grant.to)],
      [name, shownAmount(grant.amount)],
      [facts.campaign, text.grantOf(campaignName(of, brand), say.value.brand(brand))],
      [text.grantReceipt, receipt.trim()],
      [facts.dated, grant.dated],
    ]);
    return (
      <Review
        told={{ title: text.grantTitle, rows }}
        wish={{ type: "operation", operation: grant }}
        onBack={() => setGrant(null)}
      >
        {isPoints && (
          <p class="small soft">
            {sponsor === null || own === brand ? text.grantLead : text.grantFor(say.value.brand(sponsor.brand))}
          </p>
        )}
      </Review>
    );
  }
  const review = (event: Event): void => {
    event.preventDefault();
    if (address !== null && count !== null && receipt.trim() !== "") {
      const reference = receiptReference(receipt);
      const { campaign } = of;
      setGrant({ type: "grant", brand, campaign, to: address, amount: count, reference, dated: dated as Day });
    }
  };
  const isReady = address !== null && count !== null && receipt.trim() !== "" && dated !== "";
  return (
    <form class="stack" onSubmit={review}>
      <Heading title={text.grantTitle} back="campaigns" />
      <Panel title={campaignName(of, brand)} aside={<StateChip of={of} />}>
        <Gauges of={of} brand={brand} />
      </Panel>
      <div class="panel stack">
        <Field label={text.grantTo} wrong={to.trim() !== "" && address === null ? text.grantToBad : ""}>
          {(id, hint) => <TextInput id={id} hint={hint} isMono value={to} onValue={setTo} />}
        </Field>
        <Field label={name} hint={text.grantMost(shownAmount(most))} wrong={count === null ? text.wrong : ""}>
          {(id, hint) => <TextInput id={id} hint={hint} mode="decimal" value={amount} onValue={setAmount} />}
        </Field>
        <div class="fields days">
          <Field label={text.grantReceipt} hint={text.grantReceiptHint}>
            {(id, hint) => <TextInput id={id} hint={hint} value={receipt} onValue={setReceipt} />}
          </Field>
          <Field label={text.grantDay}>
            {(id, hint) => <DayInput id={id} hint={hint} value={dated} onValue={setDated} />}
          </Field>
        </div>
        <button class="button" type="submit" disabled={!isReady}>
          {common.review}
        </button>
        <button class="button plain" type="button" onClick={() => goTo("campaigns")}>
          {common.cancel}
        </button>
      </div>
    </form>
  );
}

/** The screen. */
export function CampaignGrant({ of }: { readonly of: string }) {
  const text = campaignWords.value;
  const { brand, campaign, error } = useCampaign(of);
  if (brand === null || campaign === null) {
    return <NoCampaign brand={brand} error={error} />;
  }
  return (
    <div class="narrow">
      {has("grant") ? (
        <GrantForm key={of} brand={brand} of={campaign} />
      ) : (
        <div class="stack">
          <Heading title={text.grantTitle} back="campaigns" />
          <p class="panel soft">{text.noRole}</p>
        </div>
      )}
    </div>
  );
}
