/** The brand at a glance: where its points are, who acts for it, its policy, and what waits. */

import type { api, GrossPoints, Points } from "@lojal/client";
import { addUp } from "@lojal/client";

import { Icon } from "../../shared/icon.js";
import { Notice, Waiting } from "../../shared/parts.js";
import { linkTo } from "../../shared/route.js";
import { PARTS, shareOf, TotalsBar } from "../../shared/totals.js";
import type { Shown } from "../model/brand.js";
import { own, shown } from "../model/brand.js";
import { pendingPairs, policyPairs, rolesText } from "../model/rows.js";
import { say } from "../model/saying.js";
import { Facts, Panel, Proof, Said } from "../ui/parts.js";
import { words } from "../words/index.js";

function State({ brand }: { readonly brand: api.BrandAnswer }) {
  const text = words.value.overview;
  const isClosed = brand.closesMs !== null && brand.closesMs <= Date.now();
  return (
    <>
      {brand.suspended && (
        <Notice kind="bad">
          <p>{text.suspended}</p>
        </Notice>
      )}
      {brand.closesMs !== null && (
        <Notice kind="warn">
          <p>{(isClosed ? text.closed : text.closing)(say.value.moment(brand.closesMs))}</p>
        </Notice>
      )}
    </>
  );
}

function Totals({ brand }: { readonly brand: api.BrandAnswer }) {
  const text = words.value.overview;
  const { totals, id } = brand;
  const amount = (points: Points | GrossPoints): string => say.value.points(points, id);
  const share = (points: bigint): string => {
    const thousandths = shareOf(totals, points, 1_000n);
    return thousandths === null ? "–" : `${say.value.number(thousandths / 10)} %`;
  };
  const isRight = addUp(totals);
  return (
    <Panel
      title={text.where}
      aside={
        <p>
          <span class="soft">{text.issued}</span>{" "}
          <span class="number lead" data-testid="issued">
            {amount(totals.issued)}
          </span>
          {totals.refunded > 0n && (
            <>
              {" · "}
              <span class="soft">{text.refunded}</span> <span class="number">{amount(totals.refunded)}</span>
            </>
          )}
        </p>
      }
    >
      <TotalsBar totals={totals} look="tall" />
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{text.part}</th>
            <th scope="col" class="end">
              {text.points}
            </th>
            <th scope="col" class="end">
              {text.share}
            </th>
          </tr>
        </thead>
        <tbody>
          {PARTS.map((name) => (
            <tr key={name}>
              <td>
                <span class={`dot part-${name}`} aria-hidden="true" />
                {text[name]}
              </td>
              <td class="end number" data-testid={`part-${name}`}>
                {amount(totals[name])}
              </td>
              <td class="end soft">{share(totals[name])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class={isRight ? "row good small" : "row bad small"} role={isRight ? undefined : "alert"}>
        <Icon name={isRight ? "check" : "alert"} />
        {isRight ? text.sums : text.sumsNot}
      </p>
    </Panel>
  );
}

function You({ brand }: { readonly brand: api.BrandAnswer }) {
  const text = words.value.overview;
  const operator = own.value;
  if (operator === null) {
    return (
      <Panel title={text.you}>
        <p class="bad">{text.noRole}</p>
      </Panel>
    );
  }
  const { roles, issueDailyMax: most, issuedToday: issued } = operator;
  const limit = most === null ? say.value.words.noCap : say.value.words.atMost(say.value.points(most, brand.id));
  const part = most === null || most === (0n as bigint) ? 0 : Math.min(100, Number((issued * 100n) / most));
  return (
    <Panel title={text.you} aside={<span class="chip">{rolesText(roles, say.value)}</span>}>
      <ul class="stack tight" data-testid="may">
        {roles.map((role) => (
          <li class="row" key={role}>
            <Icon name="check" />
            <span>{role === "issue" ? text.may.issue(limit) : text.may[role]}</span>
          </li>
        ))}
      </ul>
      {roles.includes("issue") && most !== null && (
        <div class="stack tight">
          <p class="small soft">
            {text.today(say.value.points(issued, brand.id), say.value.points(most, brand.id))}
          </p>
          <div class="meter" aria-hidden="true">
            <i style={{ width: `${part}%` }} />
          </div>
        </div>
      )}
      <Proof />
    </Panel>
  );
}

function Who({ brand, operators, motions }: Shown) {
  const text = words.value.overview;
  const { nav } = words.value;
  const admins = operators.filter(({ roles }) => roles.includes("admin")).length;
  const { needed, delayMs } = brand.approvals;
  const number = (count: number): string => say.value.number(count);
  return (
    <Panel title={text.who} aside={<a href={linkTo("operators")}>{text.look}</a>}>
      <p>{text.whoLine(number(operators.length), number(admins))}</p>
      <p class="soft">
        {needed === 1 && delayMs === 0n
          ? text.alone
          : text.together(say.value.words.admins(number(needed)), say.value.span(delayMs))}
      </p>
      {motions.motions.length > 0 && (
        <a class="button plain" href={linkTo("motions")}>
          <Icon name="family" />
          {text.open(number(motions.motions.length))}
          <span class="hidden"> · {nav.motions}</span>
        </a>
      )}
    </Panel>
  );
}

/** The screen. */
export function Overview() {
  const text = words.value.overview;
  const now = shown.value;
  if (now === null) {
    return (
      <div class="stack">
        <h1>{text.title}</h1>
        <Waiting text={words.value.common.loading} />
      </div>
    );
  }
  const { brand } = now;
  const facts = [
    ...policyPairs(brand.policy, brand.id, say.value),
    ...pendingPairs(brand.pendingDays, say.value),
  ];
  const chip = brand.suspended ? text.suspendedChip : brand.closesMs !== null ? text.closingChip : text.active;
  return (
    <div class="stack">
      <div class="row between wrap">
        <h1>{brand.name}</h1>
        <span class={brand.suspended || brand.closesMs !== null ? "chip warn" : "chip"}>{chip}</span>
      </div>
      <State brand={brand} />
      <div class="grid lead">
        <Totals brand={brand} />
        <div class="stack">
          <You brand={brand} />
          <Who {...now} />
        </div>
      </div>
      <Panel title={text.policy} aside={<a href={linkTo("policy")}>{text.look}</a>}>
        <Facts isWide facts={facts} />
      </Panel>
      <Said />
    </div>
  );
}
