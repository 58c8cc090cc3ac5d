/** Fields for addresses, amounts and brands. */

import type { Address, BrandId, Points } from "@lojal/client";
import { AmountError, LojalError, parseAddress, parseAmount } from "@lojal/client";

import { Field } from "../../shared/parts.js";
import type { Brand } from "../model/network.js";
import { theNetwork } from "../model/network.js";
import { screenWords } from "../words/screens.js";

/** The address in a text; null if it is none of this network. */
export function addressIn(text: string): Address | null {
  try {
    return parseAddress(text.trim(), theNetwork().genesis.network);
  } catch (error) {
    if (error instanceof LojalError) {
      return null;
    }
    throw error;
  }
}

/** The amount of a brand in a text; null if it is none. */
export function amountIn(text: string, { decimals }: Brand): Points | null {
  try {
    return parseAmount(text, decimals);
  } catch (error) {
    if (error instanceof AmountError) {
      return null;
    }
    throw error;
  }
}

/** A field for an address. */
export function AddressField(props: {
  readonly label: string;
  readonly value: string;
  readonly wrong?: string;
  readonly onValue: (value: string) => void;
}) {
  const { label, value, onValue } = props;
  const isBad = value.trim() !== "" && addressIn(value) === null;
  return (
    <Field label={label} wrong={isBad ? screenWords.value.send.badAddress : (props.wrong ?? "")}>
      {(id, hint) => (
        <input
          class="input mono"
          id={id}
          aria-describedby={hint}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** A field for an amount. */
export function AmountField(props: {
  readonly label: string;
  readonly value: string;
  readonly hint?: string;
  readonly wrong?: string;
  readonly onValue: (value: string) => void;
}) {
  const { label, value, hint = "", wrong = "", onValue } = props;
  return (
    <Field label={label} hint={hint} wrong={wrong}>
      {(id, describedBy) => (
        <input
          class="input"
          id={id}
          aria-describedby={describedBy}
          inputMode="decimal"
          autocomplete="off"
          value={value}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** A choice of brands. */
export function BrandChoice(props: {
  readonly label: string;
  readonly name: string;
  readonly all: readonly Brand[];
  readonly value: BrandId | null;
  readonly onValue: (brand: BrandId) => void;
}) {
  const { label, name, all, value, onValue } = props;
  return (
    <fieldset class="stack tight">
      <legend>{label}</legend>
      <div class="choices">
        {all.map((brand) => (
          <label class="choice" key={brand.id}>
            <input type="radio" name={name} checked={brand.id === value} onChange={() => onValue(brand.id)} />
            <span>{brand.name}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
