/** A number that is made smaller and larger by two buttons. */

import { numberText } from "../../shared/format.js";
import { language } from "../../shared/preferences.js";
import { offerWords } from "../words/offers.js";

/** It; `label` says what is counted, and is seen. */
export function Stepper(props: {
  readonly label: string;
  readonly value: number;
  readonly most: number;
  readonly onValue: (value: number) => void;
}) {
  const { label, value, most, onValue } = props;
  const { fewer, moreUnits } = offerWords.value;
  return (
    <div class="row between wrap">
      <span id="quantity">{label}</span>
      <div class="stepper" role="group" aria-labelledby="quantity">
        <button
          class="button plain"
          type="button"
          aria-label={fewer}
          disabled={value <= 1}
          onClick={() => onValue(value - 1)}
        >
          −
        </button>
        <span class="number" role="status">
          {numberText(value, language.value)}
        </span>
        <button
          class="button plain"
          type="button"
          aria-label={moreUnits}
          disabled={value >= most}
          onClick={() => onValue(value + 1)}
        >
          +
        </button>
      </div>
    </div>
  );
}
