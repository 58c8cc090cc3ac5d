/** What brands count of the member beside points: levels, stamp cards and marks, and what they may do with it. */

import "../levels.css";
import "../offers.css";

import { api } from "@lojal/client";
import { useState } from "preact/hooks";

import { dateText, momentText } from "../../shared/format.js";
import { Icon } from "../../shared/icon.js";
import { Notice, Waiting } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { linkTo } from "../../shared/route.js";
import { freshness } from "../model/account.js";
import { useProvenOrKept } from "../model/kept.js";
import { brandOf } from "../model/network.js";
import type { Counted } from "../model/standings.js";
import { countedIn, keepStandings, readStandings } from "../model/standings.js";
import { Marks } from "../ui/marks.js";
import { Heading, look } from "../ui/parts.js";
import { Shield } from "../ui/shield.js";
import { SignButton } from "../ui/sign.js";
import { TrackPart } from "../ui/track.js";
import { words } from "../words/index.js";
import { levelWords } from "../words/levels.js";
import { offerWords } from "../words/offers.js";

const KINDS = ["ranks", "profiling", "sharing", "reminders"] as const;

/** The switches of what a brand may do, and the signature for a change of them. */
function Consents({ standing: { brand, consents } }: { readonly standing: api.Standing }) {
  const text = levelWords.value;
  const [chosen, setChosen] = useState(consents);
  return (
    <div class="consents stack">
      <fieldset>
        <legend>{text.consents(brandOf(brand).name)}</legend>
        {KINDS.map((kind) => (
          <label class="switch" key={kind}>
            <span>{text[kind]}</span>
            <input
              type="checkbox"
              role="switch"
              checked={(chosen & api.CONSENTS[kind]) !== 0}
              onChange={() => setChosen(chosen ^ api.CONSENTS[kind])}
            />
          </label>
        ))}
      </fieldset>
      <p class="small soft">{text.consentsLead}</p>
      {chosen !== consents && (
        <SignButton
          text={text.sign}
          icon="check"
          operations={() => [{ type: "set_consent", brand, consents: chosen }]}
        />
      )}
    </div>
  );
}

function AtBrand(props: {
  readonly standing: api.Standing;
  readonly of: api.Standings;
  readonly canConsent: boolean;
}) {
  const { standing, of, canConsent } = props;
  const text = levelWords.value;
  const { id, name } = brandOf(standing.brand);
  // A pool can stand at the same brand as the member.
  const label = canConsent ? name : `${name}, ${text.pool}`;
  return (
    <section class="panel stack" aria-label={label} data-testid={canConsent ? `standing-${id}` : `pool-${id}`}>
      <div class="row">
        <span class={`badge ${look(id)}`} aria-hidden="true">
          <Icon name="star" />
        </span>
        <div class="grow">
          <h2>{name}</h2>
          {standing.since !== null && (
            <p class="small soft">{text.since(dateText(standing.since, language.value))}</p>
          )}
        </div>
      </div>
      <div class={canConsent ? "standing" : ""}>
        <div class="stack">
          {standing.tracks.length + standing.marks.length === 0 && <p class="soft">{text.nothing}</p>}
          <Marks marks={standing.marks} label={offerWords.value.marksOf(label)} />
          {standing.tracks.map((one) => (
            <TrackPart
              key={one.track}
              brand={id}
              one={one}
              now={of.timeMs}
              {...(canConsent ? { isListed: (standing.consents & api.CONSENTS.ranks) !== 0 } : {})}
            />
          ))}
        </div>
        {canConsent && <Consents key={standing.consents} standing={standing} />}
      </div>
    </section>
  );
}

function Nothing() {
  const text = levelWords.value;
  return (
    <div class="panel stack">
      <h2>{text.none}</h2>
      <p class="soft">{text.noneLead}</p>
      <a class="button" href={linkTo("show")}>
        <Icon name="show" />
        {words.value.home.showCode}
      </a>
    </div>
  );
}

function All({ counted: { own, pools } }: { readonly counted: Counted }) {
  const text = levelWords.value;
  return (
    <>
      {own.standings.length === 0 && <Nothing />}
      {own.standings.map((standing) => (
        <AtBrand key={standing.brand} standing={standing} of={own} canConsent />
      ))}
      {pools.map((pool) => (
        <section class="stack" key={pool.address} aria-label={text.pool}>
          <h2>{text.pool}</h2>
          {pool.standings.map((standing) => (
            <AtBrand key={standing.brand} standing={standing} of={pool} canConsent={false} />
          ))}
        </section>
      ))}
    </>
  );
}

/** The screen. */
export function Levels() {
  const text = levelWords.value;
  const { now, kept, isLacking } = useProvenOrKept(countedIn, keepStandings, readStandings);
  const counted = now ?? kept;
  const isAlone = freshness.value !== "loading" && freshness.value !== "proven";
  return (
    <div class="stack">
      <div>
        <Heading title={text.title} back="" />
        <Shield />
      </div>
      <p class="soft">{text.lead}</p>
      {isLacking && (
        <Notice kind="bad">
          <p>{text.lacking}</p>
        </Notice>
      )}
      {now === null && kept !== null && (
        <Notice kind="warn" icon="clock">
          <p>{text.kept(momentText(kept.own.timeMs, language.value))}</p>
        </Notice>
      )}
      {counted === null && !isLacking && (isAlone ? <p class="soft">{text.offline}</p> : null)}
      {counted === null && !isLacking && !isAlone && <Waiting text={words.value.common.loading} />}
      {counted !== null && <All counted={counted} />}
    </div>
  );
}
