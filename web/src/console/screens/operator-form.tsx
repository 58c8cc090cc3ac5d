/** The form of an operator's rights: whose key, which roles, and how much a day. */

import type { api, BrandAction, Points, PublicKey, Role } from "@lojal/client";
import { addressOfKey, AmountError, formatAmount, isValidKey, parseAmount, ROLES } from "@lojal/client";
import { useEffect, useState } from "preact/hooks";

import { Field, Tick, Waiting } from "../../shared/parts.js";
import { Heading } from "../../wallet/ui/parts.js";
import { hasCampaigns } from "../model/brand.js";
import { keyOfOperator } from "../model/keys-of.js";
import { say } from "../model/saying.js";
import { TextInput } from "../ui/parts.js";
import { ReviewAction } from "../ui/review.js";
import { words } from "../words/index.js";

type Operator = api.OperatorAnswer;

/** The key in a text; null if it is none. */
function keyIn(text: string): PublicKey | null {
  const hex = text.trim().toLowerCase();
  return /^[0-9a-f]{64}$/.test(hex) && isValidKey(hex as PublicKey) ? (hex as PublicKey) : null;
}

/** True if the network has a role: of version 1 it lacks the one that grants. */
function isOffered(role: Role): boolean {
  return role !== "grant" || hasCampaigns.value;
}

/** The limit in a text: null for none, undefined for one that can't be read. */
function limitIn(text: string, decimals: number): Points | null | undefined {
  if (text.trim() === "") {
    return null;
  }
  try {
    return parseAmount(text, decimals);
  } catch (error) {
    if (error instanceof AmountError) {
      return undefined;
    }
    throw error;
  }
}

function KeyField(props: {
  readonly value: string;
  readonly operator: Operator | null;
  readonly onValue: (value: string) => void;
}) {
  const { operators: text } = words.value;
  const { value, operator, onValue } = props;
  const key = keyIn(value);
  const isOther = key !== null && operator !== null && addressOfKey(key) !== operator.address;
  const wrong = value.trim() === "" ? "" : key === null ? text.keyBad : isOther ? text.keyOther : "";
  const hint = key !== null && !isOther ? text.keyIs(say.value.address(addressOfKey(key))) : text.keyHint;
  return (
    <Field label={text.key} hint={wrong === "" ? hint : ""} wrong={wrong}>
      {(id, described) => <TextInput id={id} hint={described} isMono value={value} onValue={onValue} />}
    </Field>
  );
}

/** The key of an operator that is there already, looked for in what is known. */
function useKnownKey(brand: api.BrandAnswer, operator: Operator | null, onKey: (key: PublicKey) => void): boolean {
  const [isLooking, setLooking] = useState(operator !== null);
  useEffect(() => {
    if (operator === null) {
      return;
    }
    keyOfOperator(brand.id, operator.address)
      .then((key) => (key === null ? undefined : onKey(key)))
      // Without it the key is asked for.
      .catch(() => undefined)
      .finally(() => setLooking(false));
  }, []);
  return isLooking;
}

/** The form. */
export function OperatorForm(props: { readonly brand: api.BrandAnswer; readonly operator: Operator | null }) {
  const { brand, operator } = props;
  const { operators: text, common } = words.value;
  const [written, setWritten] = useState("");
  const [roles, setRoles] = useState<readonly Role[]>(operator?.roles ?? ["issue"]);
  const most = operator?.issueDailyMax ?? null;
  const [limit, setLimit] = useState(most === null ? "" : formatAmount(most, brand.decimals));
  const [action, setAction] = useState<BrandAction | null>(null);
  const isLooking = useKnownKey(brand, operator, setWritten);
  if (action !== null) {
    return <ReviewAction brand={brand.id} action={action} onBack={() => setAction(null)} />;
  }
  const key = keyIn(written);
  const daily = limitIn(limit, brand.decimals);
  const isRight = key !== null && (operator === null || addressOfKey(key) === operator.address);
  const review = (event: Event): void => {
    event.preventDefault();
    if (key !== null && daily !== undefined) {
      const ordered = ROLES.filter((role) => roles.includes(role));
      const issueDailyMax = ordered.includes("issue") ? daily : null;
      setAction({ type: "set_operator", brand: brand.id, publicKey: key, roles: ordered, issueDailyMax });
    }
  };
  const set = (role: Role) => (isOn: boolean): void => {
    setRoles(isOn ? [...roles, role] : roles.filter((one) => one !== role));
  };
  return (
    <form class="stack" onSubmit={review}>
      <Heading title={operator === null ? text.addTitle : text.changeTitle} back="operators" />
      <div class="panel stack">
        {operator !== null && <p class="mono">{say.value.address(operator.address)}</p>}
        {isLooking && <Waiting text={text.keyFinding} />}
        {!isLooking && operator !== null && key === null && <p class="soft small">{text.keyNeeded}</p>}
        {(!isLooking || key !== null) && <KeyField value={written} operator={operator} onValue={setWritten} />}
        <fieldset class="stack tight">
          <legend>{text.roles}</legend>
          {ROLES.filter((role) => isOffered(role) || roles.includes(role)).map((role) => (
            <Tick
              key={role}
              label={say.value.words.roles[role]}
              hint={text.explain[role]}
              isOn={roles.includes(role)}
              onValue={set(role)}
            />
          ))}
          {roles.length === 0 && (
            <p class="bad small" role="alert">
              {text.roleNone}
            </p>
          )}
        </fieldset>
        {roles.includes("issue") && (
          <Field label={text.daily} hint={text.noLimit} wrong={daily === undefined ? common.amountBad : ""}>
            {(id, hint) => <TextInput id={id} hint={hint} mode="decimal" value={limit} onValue={setLimit} />}
          </Field>
        )}
        <button class="button" type="submit" disabled={!isRight || roles.length === 0 || daily === undefined}>
          {common.review}
        </button>
      </div>
    </form>
  );
}
