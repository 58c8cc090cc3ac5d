/** Who acts for the brand: the list, and giving, changing and taking roles, each with a last look. */

import type { api, BrandAction, BrandId } from "@lojal/client";
import { addressToText, formatAmount } from "@lojal/client";

import { Icon } from "../../shared/icon.js";
import { saveFile, Waiting } from "../../shared/parts.js";
import { goTo, linkTo } from "../../shared/route.js";
import { theNetwork } from "../../wallet/model/network.js";
import { wallet } from "../../wallet/model/session.js";
import { addressIn } from "../../wallet/ui/fields.js";
import { has, shown } from "../model/brand.js";
import { csvOf } from "../model/csv.js";
import { rolesText } from "../model/rows.js";
import { say } from "../model/saying.js";
import { Panel, Said } from "../ui/parts.js";
import { ReviewAction } from "../ui/review.js";
import { words } from "../words/index.js";
import { OperatorForm } from "./operator-form.js";

type Operator = api.OperatorAnswer;

function Person({ brand, operator }: { readonly brand: BrandId; readonly operator: Operator }) {
  const { operators: text, common } = words.value;
  const { address, roles, issueDailyMax: most, issuedToday: issued } = operator;
  const whole = addressToText(address, theNetwork().genesis.network);
  const isOwn = address === wallet.value?.address;
  const points = (amount: typeof issued): string => say.value.points(amount, brand);
  const cap = most === null ? say.value.words.noCap : `${points(issued)} / ${points(most)}`;
  return (
    <li class="person" data-testid="operator">
      <div class="stack tight">
        <p class="mono">
          {whole}
          {isOwn && ` (${common.you})`}
        </p>
        <p>
          <strong>{rolesText(roles, say.value)}</strong>
        </p>
        {roles.includes("issue") && (
          <p class="small soft">
            {most === null ? text.daily : text.today}: {cap}
          </p>
        )}
      </div>
      {has("admin") && (
        <div class="row wrap">
          <a class="button plain" href={linkTo("operator", whole)}>
            {text.change}
            <span class="hidden"> {say.value.account(address)}</span>
          </a>
          <a class="button quiet" href={linkTo("operator-remove", whole)}>
            {text.remove}
            <span class="hidden"> {say.value.account(address)}</span>
          </a>
        </div>
      )}
    </li>
  );
}

/** The operators as a table. */
function tableOf(operators: readonly Operator[], brand: BrandId): string {
  const decimals = say.value.decimals(brand);
  const rows = operators.map(({ address, roles, issueDailyMax: most, issuedToday }) => [
    say.value.address(address),
    roles.join(" "),
    most === null ? "" : formatAmount(most, decimals),
    formatAmount(issuedToday, decimals),
  ]);
  return csvOf(["account", "roles", "issue_daily_max", "issued_today"], rows);
}

/** The screen of all operators. */
export function Operators() {
  const { operators: text, common } = words.value;
  const now = shown.value;
  if (now === null) {
    return <Waiting text={common.loading} />;
  }
  const { brand, operators } = now;
  return (
    <div class="stack">
      <h1>{text.title}</h1>
      <p class="soft">{text.lead}</p>
      {has("admin") ? (
        <a class="button" href={linkTo("operator-new")}>
          <Icon name="key" />
          {text.add}
        </a>
      ) : (
        <p class="soft">{common.onlyAdmin}</p>
      )}
      <Panel title={text.roles}>
        <ul class="list">
          {operators.map((operator) => (
            <Person key={operator.address} brand={brand.id} operator={operator} />
          ))}
        </ul>
        <button
          class="button plain"
          type="button"
          onClick={() => saveFile(`lojal-${brand.id}-operators.csv`, "text/csv", tableOf(operators, brand.id))}
        >
          <Icon name="down" />
          {common.csv}
        </button>
        <Said />
      </Panel>
    </div>
  );
}

/** The screen of one operator: `of` is its address, or empty for somebody new. */
export function OperatorScreen({ of }: { readonly of: string }) {
  const { common } = words.value;
  const now = shown.value;
  const address = of === "" ? null : addressIn(of);
  const operator = now?.operators.find((one) => one.address === address) ?? null;
  if (now === null) {
    return <Waiting text={common.loading} />;
  }
  return (
    <div class="narrow">
      <OperatorForm key={of} brand={now.brand} operator={operator} />
    </div>
  );
}

/** The screen on which an operator is removed. */
export function RemoveOperator({ of }: { readonly of: string }) {
  const { operators: text, common } = words.value;
  const [now, operator] = [shown.value, addressIn(of)];
  if (now === null || operator === null) {
    return <Waiting text={common.loading} />;
  }
  const action: BrandAction = { type: "remove_operator", brand: now.brand.id, operator };
  return (
    <ReviewAction brand={now.brand.id} action={action} onBack={() => goTo("operators")}>
      <p class="soft">{text.removeLead}</p>
    </ReviewAction>
  );
}
