/** An amount in large type, with keys for fingers; whoever has a keyboard types into it. */

import { useId } from "preact/hooks";

import { Icon } from "../../shared/icon.js";
import { language } from "../../shared/preferences.js";
import { CHARS_MAX, typedKey } from "../model/typed-key.js";
import { tillWords } from "../words/till.js";

function Key({ name, onPress }: { readonly name: string; readonly onPress: (key: string) => void }) {
  return (
    <button type="button" onClick={() => onPress(name)}>
      {name}
    </button>
  );
}

/** The field and its keys. */
export function Keypad(props: {
  readonly value: string;
  readonly decimals: number;
  readonly unit: string;
  readonly wrong: string;
  readonly onValue: (value: string) => void;
}) {
  const { value, decimals, unit, wrong, onValue } = props;
  const text = tillWords.value;
  const id = useId();
  const point = language.value === "sv" ? "," : ".";
  const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
  const press = (key: string): void => onValue(typedKey(value, key, decimals));
  return (
    <div class="keypad" data-testid="keypad">
      <div class="typed">
        <label class="soft small" for={id}>
          {text.amount(unit)}
        </label>
        <input
          id={id}
          aria-describedby={`${id}-hint`}
          inputMode="none"
          autocomplete="off"
          placeholder="0"
          value={value}
          onInput={(event) => onValue(event.currentTarget.value.slice(0, CHARS_MAX))}
        />
        <p class="small bad" id={`${id}-hint`} role="alert">
          {wrong}
        </p>
      </div>
      <div class="keys">
        {digits.map((key) => (
          <Key key={key} name={key} onPress={press} />
        ))}
        {decimals > 0 ? (
          <Key name={point} onPress={press} />
        ) : (
          <button type="button" aria-label={text.clear} onClick={() => onValue("")}>
            <Icon name="cross" />
          </button>
        )}
        <Key name="0" onPress={press} />
        <button type="button" aria-label={text.erase} onClick={() => onValue(value.slice(0, -1))}>
          <Icon name="erase" />
        </button>
      </div>
    </div>
  );
}
