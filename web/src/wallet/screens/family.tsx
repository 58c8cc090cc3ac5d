/** A household: its pool, its members with what each may use, and who is invited. */

import type { Address, api, BrandId, MemberLimit, MemberRole } from "@lojal/client";
import { addressToText, parseAddress } from "@lojal/client";
import { useState } from "preact/hooks";

import { shortAddress } from "../../shared/format.js";
import { Waiting } from "../../shared/parts.js";
import { linkTo } from "../../shared/route.js";
import type { Pool } from "../model/account.js";
import { shown } from "../model/account.js";
import { brandOf, brands, theNetwork } from "../model/network.js";
import { wallet } from "../model/session.js";
import { AddressField, addressIn, AmountField, amountIn } from "../ui/fields.js";
import { amountOf, CopyButton, Heading } from "../ui/parts.js";
import { Shield } from "../ui/shield.js";
import { SignButton } from "../ui/sign.js";
import { words } from "../words/index.js";
import { screenWords } from "../words/screens.js";

const ROLES: readonly MemberRole[] = ["admin", "adult", "child"];

function textOf(address: Address): string {
  return addressToText(address, theNetwork().genesis.network);
}

function Limits({ member }: { readonly member: api.Member }) {
  const { family } = screenWords.value;
  if (member.limits.length === 0) {
    return <p class="small soft">{member.role === "child" ? family.childNone : family.noLimit}</p>;
  }
  return (
    <ul class="stack tight">
      {member.limits.map(({ brand, monthMax }) => {
        const spent = member.spent.find((one) => one.brand === brand)?.points ?? (0n as typeof monthMax);
        const part = monthMax === 0n ? 100 : Math.min(100, Number((spent * 100n) / monthMax));
        return (
          <li class="stack tight" key={brand}>
            <div class="row between small">
              <span>{brandOf(brand).name}</span>
              <span>{family.spent(amountOf(brand, spent), amountOf(brand, monthMax))}</span>
            </div>
            <div class="meter" aria-hidden="true">
              <i style={{ width: `${part}%` }} />
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function MemberLine({
  member,
  pool,
  canManage,
  isInvited,
}: {
  readonly member: api.Member;
  readonly pool: Pool;
  readonly canManage: boolean;
  readonly isInvited: boolean;
}) {
  const { family } = screenWords.value;
  const { common } = words.value;
  const [isOpen, setOpen] = useState(false);
  const isSelf = member.address === wallet.value?.address;
  const name = isSelf ? common.you : shortAddress(textOf(member.address));
  return (
    <li class="stack tight">
      <div class="row between">
        <span class={isSelf ? "grow" : "grow mono"}>{name}</span>
        <span class="soft small">{family.roles[member.role]}</span>
      </div>
      <Limits member={member} />
      {canManage && !isSelf && (
        <div class="stack">
          <button class="button quiet" type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {family.change}
            <span class="hidden"> {name}</span>
          </button>
          {isOpen && (
            <>
              {!isInvited && (
                <RightsForm pool={pool} member={member.address} type="set_member" text={common.save} />
              )}
              <SignButton
                text={`${family.remove} ${name}`}
                kind="plain"
                operations={() => [{ type: "remove_member", household: pool.address, member: member.address }]}
              />
            </>
          )}
        </div>
      )}
    </li>
  );
}

/** The limits that the fields say; null while one of them is wrong. */
function limitsOf(typed: Readonly<Record<string, string>>): readonly MemberLimit[] | null {
  const limits: MemberLimit[] = [];
  for (const [id, text] of Object.entries(typed).sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (text.trim() !== "") {
      const monthMax = amountIn(text, brandOf(id as BrandId));
      if (monthMax === null) {
        return null;
      }
      limits.push({ brand: id as BrandId, monthMax });
    }
  }
  return limits;
}

function RightsForm({
  pool,
  member,
  type,
  text,
}: {
  readonly pool: Pool;
  readonly member: Address | null;
  readonly type: "invite" | "set_member";
  readonly text: string;
}) {
  const { family } = screenWords.value;
  const [role, setRole] = useState<MemberRole>("adult");
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({});
  const limits = role === "admin" ? [] : limitsOf(typed);
  const poolable = [...brands.value.values()].filter(({ policy }) => policy.poolable);
  return (
    <div class="stack">
      <fieldset class="stack tight">
        <legend>{family.role}</legend>
        <div class="choices">
          {ROLES.map((one) => (
            <label class="choice" key={one}>
              <input
                type="radio"
                name={`role-${type}-${member ?? ""}`}
                checked={role === one}
                onChange={() => setRole(one)}
              />
              <span>{family.roles[one]}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {role !== "admin" && (
        <fieldset class="stack">
          <legend>
            {family.limit}. {role === "child" ? family.limitHintChild : family.limitHint}
          </legend>
          {poolable.map(({ id, name }) => (
            <AmountField
              key={id}
              label={name}
              value={typed[id] ?? ""}
              onValue={(value) => setTyped({ ...typed, [id]: value })}
            />
          ))}
        </fieldset>
      )}
      <SignButton
        text={text}
        isReady={member !== null && limits !== null}
        operations={() => {
          return member === null || limits === null
            ? []
            : [{ type, household: pool.address, member, role, limits }];
        }}
      />
    </div>
  );
}

function Invite({ pool }: { readonly pool: Pool }) {
  const { family } = screenWords.value;
  const [to, setTo] = useState("");
  return (
    <section class="panel stack" aria-label={family.invite}>
      <h2>{family.invite}</h2>
      <AddressField label={family.inviteLabel} value={to} onValue={setTo} />
      <RightsForm pool={pool} member={addressIn(to)} type="invite" text={family.invite} />
    </section>
  );
}

function Household({ pool }: { readonly pool: Pool }) {
  const { family } = screenWords.value;
  const { household, balances } = pool.proven.account;
  const own = household?.members.find(({ address }) => address === wallet.value?.address);
  const canManage = own?.role === "admin";
  const text = textOf(pool.address);
  return (
    <>
      <section class="panel stack" aria-label={family.pool}>
        <div class="row between">
          <h2>{family.pool}</h2>
          <a href={linkTo("send", text)}>{family.give}</a>
        </div>
        <ul class="list">
          {balances.map(({ brand, total }) => (
            <li class="row between" key={brand}>
              <span>{brandOf(brand).name}</span>
              <span class="number">{amountOf(brand, total)}</span>
            </li>
          ))}
        </ul>
        <p class="soft small">{family.address}</p>
        <p class="mono">{text}</p>
        <CopyButton text={text} />
      </section>
      {(
        [
          ["members", household?.members ?? []],
          ["invited", household?.invited ?? []],
        ] as const
      ).map(([kind, all]) =>
        all.length === 0 ? null : (
          <section class="panel stack" aria-label={family[kind]} key={kind}>
            <h2>{family[kind]}</h2>
            <ul class="list">
              {all.map((member) => (
                <MemberLine
                  key={member.address}
                  member={member}
                  pool={pool}
                  canManage={canManage}
                  isInvited={kind === "invited"}
                />
              ))}
            </ul>
          </section>
        ),
      )}
      {canManage && <Invite pool={pool} />}
      <SignButton
        text={family.leave}
        kind="plain"
        operations={() => [{ type: "leave", household: pool.address }]}
      />
    </>
  );
}

function Join() {
  const { family } = screenWords.value;
  const [to, setTo] = useState("");
  const household = addressIn(to);
  return (
    <section class="panel stack" aria-label={family.join}>
      <h2>{family.join}</h2>
      <p class="soft">{family.joinLead}</p>
      <AddressField label={family.joinLabel} value={to} onValue={setTo} />
      <SignButton
        text={family.join}
        kind="plain"
        isReady={household !== null}
        operations={() => [{ type: "join", household: parseAddress(to.trim(), theNetwork().genesis.network) }]}
      />
    </section>
  );
}

/** The screen. */
export function Family() {
  const { family } = screenWords.value;
  const { common } = words.value;
  const pools = shown.value?.pools;
  return (
    <div class="stack">
      <div>
        <Heading title={family.title} back="more" />
        <Shield />
      </div>
      {pools === undefined && <Waiting text={common.loading} />}
      {pools?.map((pool) => (
        <Household key={pool.address} pool={pool} />
      ))}
      {pools?.length === 0 && (
        <section class="panel stack" aria-label={family.none}>
          <h2>{family.none}</h2>
          <p class="soft">{family.lead}</p>
          <SignButton text={family.create} icon="family" operations={() => [{ type: "create_household" }]} />
        </section>
      )}
      <Join />
    </div>
  );
}
