/** What one track counts of somebody: a ring to the next level, or a card with stamps, and what follows in words. */

import type { api, BrandId, TimeMs, Track } from "@lojal/client";
import { monthOf, state, toTimeMs } from "@lojal/client";

import { momentText, monthText, numberText } from "../../shared/format.js";
import { Icon } from "../../shared/icon.js";
import { language } from "../../shared/preferences.js";
import { levelWords } from "../words/levels.js";
import { look } from "./parts.js";
import { Ranks } from "./ranks.js";

/** Most stamps with which the only level of a track is shown as a card. */
const CARD_STAMPS_MAX = 16n;
const RADIUS = 42;
const ROUND = 2 * Math.PI * RADIUS;

function number(units: bigint | number): string {
  return numberText(units, language.value);
}

/** The last month before a time. */
function lastMonth(end: TimeMs): string {
  return monthText(monthOf(toTimeMs(end - 1)), language.value);
}

function Gauge({ one }: { readonly one: api.TrackStanding }) {
  const goal = one.terms.levels[one.level]?.atLeast;
  const part = goal === undefined ? 1 : Math.min(1, Number(one.units) / Number(goal));
  return (
    <svg class={goal === undefined ? "gauge top" : "gauge"} viewBox="0 0 100 100" aria-hidden="true">
      <circle cx="50" cy="50" r={RADIUS} />
      {part > 0 && <circle class="done" cx="50" cy="50" r={RADIUS} stroke-dasharray={`${part * ROUND} ${ROUND}`} />}
      <text x="50" y="61" text-anchor="middle">
        {one.level === 0 ? "–" : one.level}
      </text>
    </svg>
  );
}

/** A card with a field for each stamp. */
function Card(props: { readonly brand: BrandId; readonly set: readonly boolean[]; readonly label: string }) {
  const { brand, set, label } = props;
  return (
    <div class={set.length % 5 === 0 ? "stamps five" : "stamps"} role="img" aria-label={label}>
      {set.map((isSet, at) => (
        <span key={at} class={isSet ? `stamp ${look(brand)}` : "stamp"}>
          {isSet ? <Icon name="check" /> : at + 1}
        </span>
      ))}
    </div>
  );
}

/** The stamps of the card as which a track is shown; null if it isn't one. */
function stampsOf({ terms, units, places }: api.TrackStanding): readonly boolean[] | null {
  const { kind, levels } = terms;
  if (kind.type === "places") {
    return Array.from({ length: kind.count }, (_, at) => places.includes(at));
  }
  const [only, ...more] = levels;
  if (kind.type !== "rolling" || only === undefined || more.length > 0 || only.atLeast > CARD_STAMPS_MAX) {
    return null;
  }
  return Array.from({ length: Number(only.atLeast) }, (_, at) => units > at);
}

/** The level in a sentence, with its last month and what keeps it. */
function levelText({ level, lasts }: api.TrackStanding): string {
  const text = levelWords.value;
  if (lasts === null) {
    return text.noLevel;
  }
  const through = text.through(number(level), lastMonth(lasts.untilMs));
  return lasts.keeps === null ? through : `${through}; ${text.keeps(number(lasts.keeps))}`;
}

function followsText({ lasts }: api.TrackStanding): string | null {
  const text = levelWords.value;
  if (lasts === null) {
    return null;
  }
  if (lasts.keeps === null) {
    return lasts.then === 0 ? text.thenNone : text.then(number(lasts.then));
  }
  return lasts.then === 0 ? text.elseNone : text.else(number(lasts.then));
}

/** The time until which a track is stamped; null if it isn't decided. */
function endText({ kind }: Track, now: TimeMs): string | null {
  const text = levelWords.value;
  if (kind.closesMs === null) {
    return null;
  }
  const moment = (time: TimeMs): string => momentText(time, language.value);
  if (kind.type !== "rolling" && now < kind.opensMs) {
    return text.from(moment(kind.opensMs));
  }
  return now < kind.closesMs ? text.until(moment(kind.closesMs)) : text.over(moment(kind.closesMs));
}

function Rules({ terms }: { readonly terms: Track }) {
  const text = levelWords.value;
  const { kind, levels, soft, takeBackDays } = terms;
  const moment = (time: TimeMs): string => momentText(time, language.value);
  const lines = [
    ...(kind.type === "rolling"
      ? [text.rolling(kind.months)]
      : [text.inWindow(moment(kind.opensMs), moment(kind.closesMs))]),
    ...(kind.type === "places" ? [text.oncePlace] : []),
    ...levels.map(({ atLeast, months }, at) => text.step(number(at + 1), number(atLeast), months)),
    ...(levels.length > 0 ? [soft ? text.soft : text.hard, text.names] : []),
    text.takeBack(takeBackDays),
  ];
  return (
    <details>
      <summary>{text.rules}</summary>
      <ul class="rules small soft">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </details>
  );
}

/** The words beside the picture of a track with levels. */
function Levels(props: { readonly one: api.TrackStanding; readonly isOpen: boolean; readonly isCard: boolean }) {
  const { one, isOpen, isCard } = props;
  const text = levelWords.value;
  const follows = followsText(one);
  const { next, level, terms, units } = one;
  const isFilling = isCard && level === 0 && next !== null;
  return (
    <div class="stack tight">
      <h3>{isFilling ? text.of(number(units), number(next.atLeast)) : levelText(one)}</h3>
      {next !== null && <p class="reach">{text.reach(number(next.missing), number(next.level))}</p>}
      {isOpen && level > 0 && level === terms.levels.length && <p class="reach">{text.highest}</p>}
      {follows !== null && <p class="small soft">{follows}</p>}
      {!isFilling && <p class="small soft">{text.counts(number(units))}</p>}
    </div>
  );
}

/** The words beside the picture of a track without levels. */
function Counts({ one }: { readonly one: api.TrackStanding }) {
  const text = levelWords.value;
  const { kind } = one.terms;
  return kind.type === "places" ? (
    <h3>{text.places(number(one.units), number(kind.count))}</h3>
  ) : (
    <h3>{text.counts(number(one.units))}</h3>
  );
}

/** The part of a standing that is on one track. */
export function TrackPart(props: {
  readonly brand: BrandId;
  readonly one: api.TrackStanding;
  readonly now: TimeMs;
  /** True if the brand may list the member by rank; undefined where nobody is ranked. */
  readonly isListed?: boolean;
}) {
  const { brand, one, now, isListed } = props;
  const text = levelWords.value;
  const stamps = stampsOf(one);
  const hasLevels = one.terms.levels.length > 0;
  const end = endText(one.terms, now);
  const label = stamps === null ? "" : text.of(number(stamps.filter((isSet) => isSet).length), number(stamps.length));
  return (
    <article class="track stack" data-testid={`track-${brand}-${one.track}`}>
      {stamps !== null && <Card brand={brand} set={stamps} label={`${text.card}: ${label}`} />}
      <div class="row">
        {stamps === null && hasLevels && <Gauge one={one} />}
        {!hasLevels && <Counts one={one} />}
        {hasLevels && <Levels one={one} isOpen={state.isOpen(one.terms, now)} isCard={stamps !== null} />}
      </div>
      {end !== null && <p class="small soft">{end}</p>}
      <Rules terms={one.terms} />
      {isListed !== undefined && <Ranks brand={brand} track={one.track} isListed={isListed} />}
    </article>
  );
}
