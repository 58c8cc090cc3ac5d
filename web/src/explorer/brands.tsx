/** The brands: where every point is that each of them ever issued. */

import type { api, GrossPoints, Points } from "@lojal/client";
import { addUp } from "@lojal/client";

import { amountText, numberText } from "../shared/format.js";
import { Icon } from "../shared/icon.js";
import { language } from "../shared/preferences.js";
import { PARTS, TotalsBar } from "../shared/totals.js";
import { useAnswer } from "./model.js";
import { words } from "./words.js";

function PolicyChips({ brand }: { readonly brand: api.BrandAnswer }) {
  const text = words.value.brands;
  const { expiryMonths, transferable, poolable, convertible } = brand.policy;
  const expiry =
    expiryMonths === null ? text.expiryNever : text.expiry(numberText(expiryMonths, language.value));
  const all = [
    expiry,
    ...(transferable ? [text.transferable] : []),
    ...(poolable ? [text.pooled] : []),
    ...(convertible ? [text.convertible] : []),
  ];
  return (
    <p class="row wrap">
      {all.map((one) => (
        <span class="chip" key={one}>
          {one}
        </span>
      ))}
    </p>
  );
}

function BrandPanel({ brand }: { readonly brand: api.BrandAnswer }) {
  const text = words.value.brands;
  const { totals, decimals } = brand;
  const amount = (points: Points | GrossPoints): string => amountText(points, decimals, language.value);
  const isRight = addUp(totals);
  return (
    <section class="panel stack" aria-label={brand.name} data-testid={`brand-${brand.id}`}>
      <div class="row between wrap">
        <h2>{brand.name}</h2>
        <span>
          <span class="soft">{text.issued}</span> <span class="number">{amount(totals.issued)}</span>
        </span>
        {totals.refunded > 0n && (
          <span>
            <span class="soft">{text.refunded}</span> <span class="number">{amount(totals.refunded)}</span>
          </span>
        )}
      </div>
      {brand.suspended && <p class="bad">{text.suspended}</p>}
      <TotalsBar totals={totals} />
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{text.part}</th>
            <th scope="col" class="end">
              {text.points}
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
              <td class="end number">{amount(totals[name])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class={isRight ? "row good small" : "row bad small"}>
        <Icon name={isRight ? "check" : "alert"} />
        {isRight ? text.sums : text.sumsNot}
      </p>
      <PolicyChips brand={brand} />
    </section>
  );
}

/** The screen. */
export function BrandsScreen() {
  const text = words.value.brands;
  const told = useAnswer((client) => client.brands());
  return (
    <div class="stack">
      <h1>{text.title}</h1>
      <p class="soft">{text.lead}</p>
      {told === null && <p role="status">{words.value.loading}</p>}
      <div class="grid two">
        {(told?.brands ?? []).map((brand) => (
          <BrandPanel key={brand.id} brand={brand} />
        ))}
      </div>
      <p class="soft small">{words.value.said}</p>
    </div>
  );
}
