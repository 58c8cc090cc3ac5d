/** The ranks on a track of those who let its brand list them, and the member's own. */

import type { api, BrandId, TrackId } from "@lojal/client";
import { useState } from "preact/hooks";

import { numberText } from "../../shared/format.js";
import { Waiting } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { useRanks } from "../model/ranks.js";
import { levelWords } from "../words/levels.js";
import { words } from "../words/index.js";
import { errorText } from "./parts.js";

function number(units: bigint): string {
  return numberText(units, language.value);
}

function Rank({ one, isOwn }: { readonly one: api.Leader; readonly isOwn: boolean }) {
  const text = levelWords.value;
  return (
    <li class={isOwn ? "rank own" : "rank"}>
      <span class="place">{number(one.rank)}</span>
      <span class="grow">
        {one.name}
        {isOwn && <strong> · {text.you}</strong>}
      </span>
      <span>{number(one.units)}</span>
    </li>
  );
}

/** The sentence about the member's own rank. */
function ownText({ own, ranked }: api.Leaders, isListed: boolean): string | null {
  const text = levelWords.value;
  if (own !== null) {
    return text.rankOf(number(own.rank), number(ranked));
  }
  return isListed ? null : text.unlisted;
}

function List({ told, isListed }: { readonly told: api.Leaders; readonly isListed: boolean }) {
  const text = levelWords.value;
  const own = ownText(told, isListed);
  return (
    <div class="stack tight">
      {own !== null && <p>{own}</p>}
      {told.leaders.length === 0 && <p class="soft">{text.nobody}</p>}
      <ol class="ranks">
        {told.leaders.map((one) => (
          <Rank
            key={`${one.rank} ${one.name}`}
            one={one}
            isOwn={one.name === told.own?.name && one.rank === told.own.rank}
          />
        ))}
      </ol>
      <p class="small soft">{told.complete ? text.rankedBy : `${text.rankedBy} ${text.rankedMore}`}</p>
    </div>
  );
}

/** The ranks on a track, which are asked for once somebody opens them. */
export function Ranks(props: { readonly brand: BrandId; readonly track: TrackId; readonly isListed: boolean }) {
  const { brand, track, isListed } = props;
  const [isOpen, setOpen] = useState(false);
  const { told, error } = useRanks(brand, track, isOpen);
  return (
    <details data-testid={`ranks-${brand}-${track}`} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{levelWords.value.ranking}</summary>
      {told !== null && <List told={told} isListed={isListed} />}
      {told === null && error !== null && <p class="soft">{errorText(error)}</p>}
      {told === null && error === null && isOpen && <Waiting text={words.value.common.loading} />}
    </details>
  );
}
