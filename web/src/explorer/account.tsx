/** One's own account, by a token that says who reads. */

import type { ProvenAccount } from "@lojal/client";
import { addressToText, Client, LojalError, parseReadToken } from "@lojal/client";
import { useState } from "preact/hooks";

import { amountText, dateText, lastDayText, numberText } from "../shared/format.js";
import { Icon } from "../shared/icon.js";
import { language } from "../shared/preferences.js";
import { decimalsOf, nameOf, network } from "./model.js";
import { words } from "./words.js";

async function read(text: string): Promise<ProvenAccount> {
  const known = network.value;
  if (known === null) {
    throw new Error(words.value.loading);
  }
  const token = parseReadToken(text.trim());
  const client = new Client(location.origin, known.genesis);
  client.readWith(token);
  return known.verifier.account(client, token.token.account);
}

function Balances({ proven }: { readonly proven: ProvenAccount }) {
  const text = words.value.account;
  const { account, pin } = proven;
  const kind = network.value?.genesis.network ?? "main";
  return (
    <section class="panel stack" role="status" data-testid="account">
      <p class="mono">{addressToText(account.address, kind)}</p>
      <p class="row good small">
        <Icon name="shield" />
        {text.proven(numberText(pin.height, language.value))}
      </p>
      {account.balances.length === 0 && <p class="soft">{text.none}</p>}
      <table class="table">
        <tbody>
          {account.balances.flatMap(({ brand, pending }) =>
            pending.map(({ matures, expiry, amount }) => (
              <tr key={`${brand} ${matures} ${expiry}`}>
                <th scope="row">{nameOf(brand)}</th>
                <td>{text.coming(dateText(matures, language.value))}</td>
                <td class="end number">{amountText(amount, decimalsOf(brand), language.value)}</td>
              </tr>
            )),
          )}
          {account.balances.flatMap(({ brand, lots }) =>
            lots.map(({ expiry, amount }) => (
              <tr key={`${brand} ${expiry}`}>
                <th scope="row">{nameOf(brand)}</th>
                <td>
                  {expiry === "never"
                    ? text.never
                    : `${text.until} ${lastDayText(expiry, language.value) ?? ""}`}
                </td>
                <td class="end number">{amountText(amount, decimalsOf(brand), language.value)}</td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </section>
  );
}

/** The screen. */
export function AccountScreen() {
  const text = words.value.account;
  const [token, setToken] = useState("");
  const [proven, setProven] = useState<ProvenAccount | null>(null);
  const [wrong, setWrong] = useState("");
  const show = (event: Event): void => {
    event.preventDefault();
    setWrong("");
    setProven(null);
    read(token).then(setProven, (error: unknown) => {
      const isNone = error instanceof LojalError && error.code === "invalid_read_token";
      setWrong(isNone ? text.bad : error instanceof Error ? error.message : String(error));
    });
  };
  return (
    <div class="stack">
      <h1>{text.title}</h1>
      <form class="panel stack" onSubmit={show}>
        <p class="soft">{text.lead}</p>
        <div class="field">
          <label for="token">{text.label}</label>
          <textarea
            class="input mono"
            id="token"
            autocomplete="off"
            spellcheck={false}
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
          {wrong !== "" && (
            <p class="bad" role="alert">
              {wrong}
            </p>
          )}
        </div>
        <button class="button" type="submit" disabled={token.trim() === ""}>
          {text.show}
        </button>
      </form>
      {proven !== null && <Balances proven={proven} />}
    </div>
  );
}
