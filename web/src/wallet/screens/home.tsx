/** The first screen: balances as cards, what expires next, the pool, and what has happened last. */

import type { api, BrandId } from "@lojal/client";
import { monthMax } from "@lojal/client";
import { useEffect, useMemo, useState } from "preact/hooks";

import { lastDayText, momentText } from "../../shared/format.js";
import type { IconName } from "../../shared/icon.js";
import { Icon } from "../../shared/icon.js";
import { Menu, Notice, Waiting } from "../../shared/parts.js";
import { language } from "../../shared/preferences.js";
import { linkTo } from "../../shared/route.js";
import type { Pool } from "../model/account.js";
import { shown } from "../model/account.js";
import { activity, readActivity } from "../model/activity.js";
import { brandOf } from "../model/network.js";
import { ownOffers } from "../model/own-offers.js";
import { wallet } from "../model/session.js";
import { ActivityList } from "../ui/activity-list.js";
import { amountOf, comingText, look } from "../ui/parts.js";
import { Shield } from "../ui/shield.js";
import { words } from "../words/index.js";

/** The name under which the browser keeps that guardians are for later. */
const LATER = "lojal-guardians";

function BrandCard({ balance }: { readonly balance: api.Balance }) {
  const { home, common } = words.value;
  const { id, name } = brandOf(balance.brand);
  const [first] = balance.lots;
  const day = first === undefined ? null : lastDayText(first.expiry, language.value);
  const coming = comingText(balance);
  return (
    <a class={`card ${look(id)}`} href={linkTo("brand", id)}>
      <span class="name">{name}</span>
      <span class="stack tight">
        <span class="sum">
          {amountOf(id, balance.total)} <span class="unit">{common.points}</span>
        </span>
        {first !== undefined && <span class="foot">{day === null ? common.never : home.nextExpiry(day)}</span>}
        {coming !== null && (
          <span class="foot" data-testid="coming">
            {coming}
          </span>
        )}
      </span>
    </a>
  );
}

/** The points that go first: those of the earliest month. */
function NextExpiry({ balances }: { readonly balances: readonly api.Balance[] }) {
  const lots = balances.flatMap(({ brand, lots: all }) => all.map((lot) => ({ brand, ...lot })));
  const dated = lots.filter(({ expiry }) => expiry !== "never");
  const first = dated.sort((one, other) => (one.expiry < other.expiry ? -1 : 1))[0];
  const day = first === undefined ? null : lastDayText(first.expiry, language.value);
  if (first === undefined || day === null) {
    return null;
  }
  return (
    <a class="panel item" href={linkTo("expiring")}>
      <span class="bubble">
        <Icon name="clock" />
      </span>
      <strong class="grow">
        {words.value.home.expires(amountOf(first.brand, first.amount), brandOf(first.brand).name, day)}
      </strong>
      <Icon name="chevron" />
    </a>
  );
}

function Held({ holds }: { readonly holds: readonly api.HeldPoints[] }) {
  return holds.length === 0 ? null : (
    <ul class="panel list">
      {holds.map(({ reference, brand, total, expiresMs }) => (
        <li class="row" key={reference}>
          <Icon name="lock" />
          {words.value.home.held(
            `${amountOf(brand, total)} ${brandOf(brand).name}`,
            momentText(expiresMs, language.value),
          )}
        </li>
      ))}
    </ul>
  );
}

/** What is out on the market, and so in no balance. */
function Offered() {
  const now = shown.value;
  const all = useMemo(() => ownOffers(now) ?? [], [now]);
  return all.length === 0 ? null : (
    <ul class="panel list">
      {all.map(({ brand, offer: { id, lot } }) => (
        <li key={id}>
          <a class="item" href={linkTo("market")}>
            <Icon name="market" />
            <span class="grow">
              {words.value.home.offered(`${amountOf(brand, lot.amount)} ${brandOf(brand).name}`)}
            </span>
            <Icon name="chevron" />
          </a>
        </li>
      ))}
    </ul>
  );
}

/** What a member can still use of a pool this month; null where there is no limit. */
function leftOf(member: api.Member, brand: BrandId): bigint | null {
  const max = monthMax(member, brand);
  const spent = member.spent.find((one) => one.brand === brand)?.points ?? 0n;
  return max === null ? null : max > spent ? max - spent : 0n;
}

function PoolCard({ pool }: { readonly pool: Pool }) {
  const { home } = words.value;
  const { balances, household } = pool.proven.account;
  const member = household?.members.find(({ address }) => address === wallet.value?.address);
  return (
    <section class="panel stack" aria-label={home.pool}>
      <div class="row">
        <span class="bubble">
          <Icon name="family" />
        </span>
        <h2 class="grow">{home.pool}</h2>
        <a href={linkTo("family")}>{home.look}</a>
      </div>
      {balances.length === 0 && <p class="soft">{home.poolEmpty}</p>}
      <ul class="list">
        {balances.map((balance) => {
          const { brand, total } = balance;
          const left = member === undefined ? null : leftOf(member, brand);
          const coming = comingText(balance);
          return (
            <li class="stack tight" key={brand}>
              <div class="row between">
                <span>{brandOf(brand).name}</span>
                <span class="number">{amountOf(brand, total)}</span>
              </div>
              {left !== null && <p class="small soft">{home.left(amountOf(brand, left as typeof total))}</p>}
              {coming !== null && <p class="small soft">{coming}</p>}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Actions() {
  const { home } = words.value;
  const all: readonly (readonly [string, IconName, string])[] = [
    ["show", "show", home.showCode],
    ["send", "send", home.send],
    ["convert", "swap", home.convert],
    ["expiring", "clock", home.expiring],
  ];
  return (
    <ul class="actions">
      {all.map(([name, icon, text]) => (
        <li key={name} class="stack">
          <a class="action" href={linkTo(name)}>
            <Icon name={icon} />
            {text}
          </a>
        </li>
      ))}
    </ul>
  );
}

/** What the owner has to know at once: a takeover, a freeze, a change that waits. */
export function Alarms() {
  const account = shown.value?.own.account;
  const { home } = words.value;
  const link = <a href={linkTo("security")}>{home.look}</a>;
  if (account === undefined) {
    return null;
  }
  const { recovery, frozen, safeguards } = account;
  return (
    <>
      {recovery !== null && (
        <Notice kind="bad">
          <strong>{home.recovering}</strong>
          {link}
        </Notice>
      )}
      {frozen && (
        <Notice kind="warn" icon="freeze">
          <strong>{home.frozen}</strong>
          {link}
        </Notice>
      )}
      {safeguards.waiting !== null && (
        <Notice kind="warn">
          <span>{home.waiting(momentText(safeguards.waiting.fromMs, language.value))}</span>
          {link}
        </Notice>
      )}
    </>
  );
}

/** The reminder that somebody should be able to bring the account back, until it is put off. */
function GuardiansHint() {
  const { home } = words.value;
  const [isLater, setLater] = useState(localStorage.getItem(LATER) !== null);
  const account = shown.value?.own.account;
  if (isLater || account === undefined || !account.exists || account.guardians.guardians.length > 0) {
    return null;
  }
  const put = (): void => {
    localStorage.setItem(LATER, "later");
    setLater(true);
  };
  return (
    <Notice icon="shield">
      <p>{home.guardians}</p>
      <p class="row wrap">
        <a href={linkTo("security")}>{home.look}</a>
        <button class="button quiet" type="button" onClick={put}>
          {home.later}
        </button>
      </p>
    </Notice>
  );
}

function Recent() {
  const { home } = words.value;
  const own = wallet.value?.address;
  const count = shown.value?.own.activity.count;
  useEffect(() => {
    if (own !== undefined && count !== undefined) {
      void readActivity(own);
    }
  }, [own, count]);
  const items = activity.value?.of === own ? (activity.value?.items.slice(0, 3) ?? []) : [];
  return (
    <section class="panel stack" aria-label={home.recent}>
      <div class="row between">
        <h2>{home.recent}</h2>
        <a href={linkTo("activity")}>{home.all}</a>
      </div>
      {items.length === 0 ? <p class="soft">{home.none}</p> : <ActivityList items={items} />}
    </section>
  );
}

/** The screen. */
export function Home() {
  const { home } = words.value;
  const proven = shown.value;
  return (
    <div class="stack">
      <Alarms />
      <div>
        <h1>{home.title}</h1>
        <Shield />
      </div>
      {proven === null && <Waiting text={words.value.common.loading} />}
      {proven !== null && proven.own.account.balances.length === 0 && (
        <div class="panel stack">
          <h2>{home.empty}</h2>
          <p class="soft">{home.emptyLead}</p>
          <a class="button" href={linkTo("show")}>
            <Icon name="show" />
            {home.showCode}
          </a>
        </div>
      )}
      {proven !== null && (
        <>
          <div class="cards">
            {proven.own.account.balances.map((balance) => (
              <BrandCard key={balance.brand} balance={balance} />
            ))}
          </div>
          <Actions />
          <GuardiansHint />
          <Menu
            links={[
              [linkTo("offers"), "gift", words.value.more.offers],
              [linkTo("vouchers"), "ticket", words.value.more.vouchers],
              [linkTo("levels"), "star", words.value.more.levels],
              [linkTo("market"), "market", words.value.more.market],
            ]}
          />
          <NextExpiry balances={proven.own.account.balances} />
          <Held holds={proven.own.account.holds} />
          <Offered />
          {proven.pools.map((pool) => (
            <PoolCard key={pool.address} pool={pool} />
          ))}
          <Recent />
        </>
      )}
    </div>
  );
}
