/** The till: an amount, what shall happen with it, and what has happened today. */

import type { BrandId, Points } from "@lojal/client";
import { useState } from "preact/hooks";

import { clockText, numberText } from "../../shared/format.js";
import type { IconName } from "../../shared/icon.js";
import { Icon } from "../../shared/icon.js";
import { Choice, Menu } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { goTo, linkTo } from "../../shared/route.js";
import { freshness } from "../model/account.js";
import { brandOf } from "../model/network.js";
import type { Deed, Line } from "../model/till.js";
import { askFor, book, tillBrand, tills, totalsOf, workFor } from "../model/till.js";
import { amountIn, BrandChoice } from "../ui/fields.js";
import { Keypad } from "../ui/keypad.js";
import { amountOf, Heading } from "../ui/parts.js";
import { Obstacles } from "../ui/sign.js";
import type { Desk } from "../ui/till-parts.js";
import { AtDesk, lastOf } from "../ui/till-parts.js";
import { tillWords } from "../words/till.js";

type Way = "pay" | "hold" | "give";

const ICONS: Readonly<Record<Deed, IconName>> = {
  pay: "check",
  hold: "lock",
  give: "send",
  capture: "check",
  release: "in",
  return: "undo",
};

/** Makes the code of an amount, or goes on to the member who gets it. */
function useStart(brand: BrandId, way: Way) {
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const start = async (points: Points): Promise<void> => {
    if (way === "give") {
      goTo("till-give", String(points));
      return;
    }
    setBusy(true);
    setError(null);
    await askFor(way, brand, points)
      .then((code) => goTo("till-ask", code))
      .catch(setError);
    setBusy(false);
  };
  return { isBusy, error, start };
}

function Keys({ brand, may, operator }: Desk) {
  const text = tillWords.value;
  const { decimals, name } = brandOf(brand);
  const [typed, setTyped] = useState("");
  const [way, setWay] = useState<Way>("pay");
  const { isBusy, error, start } = useStart(brand, way);
  const amount = amountIn(typed, brandOf(brand));
  const isOffline = freshness.value === "offline";
  const ways = (["pay", "hold", "give"] as const).filter(
    (one) => one === "pay" || may(one === "hold" ? "capture" : "issue"),
  );
  const submit = (event: Event): void => {
    event.preventDefault();
    if (amount !== null) {
      void start(amount);
    }
  };
  return (
    <form class="panel stack" onSubmit={submit}>
      {ways.length > 1 && (
        <Choice
          legend={text.what}
          name="way"
          all={ways.map((one) => [one, text.deeds[one]] as const)}
          value={way}
          onValue={setWay}
        />
      )}
      <Keypad
        value={typed}
        decimals={decimals}
        unit={name}
        wrong={typed !== "" && amount === null && !/^0?[.,]?0*$/.test(typed) ? text.amountBad(decimals) : ""}
        onValue={setTyped}
      />
      {way === "give" && operator.issueDailyMax !== null && (
        <p class="small soft">
          {text.limit(amountOf(brand, operator.issuedToday), amountOf(brand, operator.issueDailyMax))}
        </p>
      )}
      <Obstacles error={error} isOffline={isOffline} />
      <button class="button wide" type="submit" disabled={amount === null || isBusy || isOffline}>
        {isBusy ? <span class="spinner" aria-hidden="true" /> : <Icon name={way === "give" ? "scan" : "show"} />}
        {isBusy ? text.asking : way === "give" ? text.scanMember : text.showCode}
      </button>
    </form>
  );
}

function BookLine({ line }: { readonly line: Line }) {
  const text = tillWords.value;
  const { deed, brand, amount, id, member, request, state, at } = line;
  const href = request !== "" ? linkTo("till-ask", request) : id === null ? linkTo("till") : linkTo("till-done", id);
  const facts = [
    clockText(at as Parameters<typeof clockText>[0], language.value),
    member === null ? null : lastOf(member),
    state === "open" ? text.open : state === "over" ? text.over : null,
  ];
  return (
    <a class="item" href={href}>
      <span class="bubble">
        <Icon name={state === "open" ? "clock" : state === "over" ? "cross" : ICONS[deed]} />
      </span>
      <span class="grow">
        <span class={state === "over" ? "what struck" : "what"}>{text.kinds[deed]}</span>
        <br />
        <span class="small soft">{facts.filter((fact) => fact !== null).join(" · ")}</span>
      </span>
      <span class={`side number ${state === "over" ? "struck" : ""}`}>{amountOf(brand, amount)}</span>
    </a>
  );
}

/** Most lines that are shown; all count. */
const SHOWN_MAX = 50;

function Today({ brand }: { readonly brand: BrandId }) {
  const text = tillWords.value;
  const lines = book.value.filter((line) => line.brand === brand);
  const totals = totalsOf(lines);
  return (
    <section class="panel stack" aria-label={text.today}>
      <h2>{text.today}</h2>
      {lines.length === 0 && <p class="soft">{text.nothing}</p>}
      {totals.length > 0 && (
        <dl class="totals" data-testid="totals">
          {totals.map(({ deed, count, sum }) => (
            <div key={deed}>
              <dt>{text.kinds[deed]}</dt>
              <dd>
                <span class="number">{amountOf(brand, sum as Points)}</span>
                <span class="small soft">{text.times(numberText(count, language.value))}</span>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {lines.length > 0 && (
        <ul class="list">
          {lines.slice(0, SHOWN_MAX).map((line) => (
            <li key={line.at}>
              <BookLine line={line} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Brands() {
  const all = (tills.value ?? []).map(({ id }) => brandOf(id));
  return all.length < 2 ? null : (
    <BrandChoice
      label={tillWords.value.brand}
      name="till-brand"
      all={all}
      value={tillBrand.value}
      onValue={(brand) => void workFor(brand)}
    />
  );
}

/** The screen. */
export function Till() {
  const text = tillWords.value;
  return (
    <AtDesk>
      {(desk) => {
        const links: (readonly [string, IconName, string])[] = [];
        if (desk.may("capture")) {
          links.push([linkTo("till-take"), "scan", text.ticket]);
        }
        if (desk.may("reverse")) {
          links.push([linkTo("till-return"), "undo", text.returns]);
        }
        return (
          <div class="stack">
            <Heading title={text.title} back="more" />
            <div class="till">
              <div class="stack">
                <Brands />
                <Keys key={desk.brand} {...desk} />
              </div>
              <div class="stack">
                {links.length > 0 && <Menu links={links} />}
                <Today brand={desk.brand} />
              </div>
            </div>
          </div>
        );
      }}
    </AtDesk>
  );
}
