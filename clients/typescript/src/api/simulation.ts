/** The gateway's answer about what a transaction would do (docs/api.md). Nobody can prove it. */

import type { Code } from "../code.js";
import { codeCodec } from "../code.js";
import type { JsonCodec } from "../codec/codec.js";
import { jsonList, jsonStruct, objectOf } from "../codec/combine.js";
import { u8 } from "../codec/primitives.js";
import { JsonError } from "../error.js";
import type { Height } from "../ids.js";
import { heightCodec } from "../ids.js";
import type { TimeMs } from "../time.js";
import { timeMsCodec } from "../time.js";
import type { Account } from "./accounts.js";
import { accountCodec } from "./accounts.js";

/**
 * The outcome that a transaction would have. *applied*: every operation would happen. *failed*: nothing would happen,
 * and never could, because of the operation at this place, from 0. *refused*: it couldn't be in a block.
 */
export type Foretold =
  | { readonly result: "applied" }
  | { readonly result: "failed"; readonly operation: number; readonly code: Code }
  | { readonly result: "refused"; readonly code: Code };

/** The change of one account. Balances and holds that stay as they are are in neither. */
export interface Effect {
  /** The account without the transaction. */
  readonly before: Account;
  /** The account with it. */
  readonly after: Account;
}

/** `POST /v1/simulate`: the effect that a transaction would have in the next block. */
export interface Simulation {
  /** The outcome. */
  readonly outcome: Foretold;
  /** The accounts that it would change, by address, as far as whoever asks may read them. */
  readonly effects: readonly Effect[];
  /** The last block, on top of which it was tried. */
  readonly height: Height;
  /** The time that the next block was taken to have. */
  readonly timeMs: TimeMs;
}

/** The reason for which an operation couldn't be done. */
interface Reason {
  readonly operation: number;
  readonly code: Code;
}

const failedFields = jsonStruct<Reason>({ operation: u8, code: codeCodec });
const refusedFields = jsonStruct<Pick<Reason, "code">>({ code: codeCodec });

const foretoldCodec: JsonCodec<Foretold> = {
  toJson(outcome, network) {
    switch (outcome.result) {
      case "applied":
        return { result: outcome.result };
      case "failed":
        return { result: outcome.result, ...objectOf(failedFields.toJson(outcome, network)) };
      case "refused":
        return { result: outcome.result, ...objectOf(refusedFields.toJson(outcome, network)) };
    }
  },
  fromJson(json, network) {
    switch (objectOf(json)["result"]) {
      case "applied":
        return { result: "applied" };
      case "failed":
        return { result: "failed", ...failedFields.fromJson(json, network) };
      case "refused":
        return { result: "refused", ...refusedFields.fromJson(json, network) };
      default:
        throw new JsonError("a transaction can't be told to have such a result");
    }
  },
};

/** The JSON of simulations. */
export const simulationCodec: JsonCodec<Simulation> = jsonStruct<Simulation>({
  outcome: foretoldCodec,
  effects: jsonList(jsonStruct<Effect>({ before: accountCodec, after: accountCodec })),
  height: heightCodec,
  timeMs: timeMsCodec,
});
