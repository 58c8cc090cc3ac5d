/**
 * Submitting a transaction so that its outcome becomes certain.
 *
 * A signed transaction can be sent any number of times: its id makes it happen at most once, and `validUntilMs` bounds
 * when. So whatever the network does, the same bytes are sent and the same id is asked for, never a second transaction
 * for the same wish, until either a final block has it, or both the ledger's time and this machine's clock have passed
 * `validUntilMs` without it: a gateway's word on the time is not enough.
 */

import type { Committed, Problem, TransactionState, TransactionStatus } from "../api/transactions.js";
import type { Code } from "../code.js";
import { isCode } from "../code.js";
import type { TransactionId } from "../ids.js";
import type { TimeMs } from "../time.js";
import { plusMs } from "../time.js";
import type { SignedTransaction } from "../transaction.js";
import { transactionId } from "../transaction.js";
import { CLOCK_MARGIN_MS, isOver } from "../wallet/clock.js";
import {
  ClientError,
  InvalidUrlError,
  isProblem,
  ProblemError,
  UnreachableError,
  WrongNetworkError,
} from "./error.js";
import type { Gateway, Gateways } from "./gateways.js";
import { noneAnswered } from "./gateways.js";

const PAUSE_MIN_MS = 100;
const PAUSE_MAX_MS = 2000;

/**
 * The end of a submission. *final*: it is in a final block. *refused*: it was refused by the first gateway that saw it,
 * and didn't happen; the time until which the same bytes could still happen, should the gateway pass them on, or null
 * if they can't. *not_sent*: it never left this machine. *expired*: its time is over on the ledger and on this
 * machine's clock, and it is not there: it didn't happen and can't any more. *open*: it is accepted or perhaps
 * accepted, and not final yet.
 */
export type Fate =
  | ({ readonly type: "final" } & Omit<Committed, "status">)
  | { readonly type: "refused"; readonly problem: Problem; readonly possibleUntilMs: TimeMs | null }
  | { readonly type: "not_sent"; readonly error: ClientError }
  | { readonly type: "expired"; readonly refusal: Problem | null }
  | { readonly type: "open"; readonly refusal: Problem | null };

/** The settings of a submission. */
export interface SubmissionOptions {
  /** The time for which to ask before the outcome is left open, in milliseconds. */
  readonly patienceMs: number;
  /** Called with what takes long, and why. */
  readonly note?: (message: string) => void;
  /** This machine's clock. */
  readonly now?: () => TimeMs;
}

/** The result of one attempt to send. */
type Attempt =
  | { readonly type: "status"; readonly state: TransactionState }
  | { readonly type: "known" }
  | { readonly type: "refused"; readonly problem: Problem }
  | { readonly type: "not_sent"; readonly error: ClientError }
  | { readonly type: "uncertain"; readonly reason: string };

/** A signed transaction on its way. */
export class Submission {
  /** The transaction's id. */
  readonly id: TransactionId;
  readonly #giveUpMs: number;
  #refusal: Problem | null = null;

  constructor(
    private readonly gateways: Gateways,
    private readonly signed: SignedTransaction,
    private readonly options: SubmissionOptions,
  ) {
    const [first] = gateways.all;
    if (first === undefined) {
      throw new RangeError("there is no gateway to submit to");
    }
    this.id = transactionId(signed.transaction, first.chainId);
    this.#giveUpMs = performance.now() + options.patienceMs;
  }

  /** Sends, and waits until the outcome is certain or the patience is over. */
  async settle(): Promise<Fate> {
    return (await this.#send(true)) ?? (await this.#follow());
  }
  /** Sends without waiting for a block. */
  async handOver(): Promise<Fate> {
    return (await this.#send(false)) ?? { type: "open", refusal: this.#refusal };
  }

  /** Sends to the first gateway that takes it; null when the outcome is open. */
  async #send(wait: boolean): Promise<Fate | null> {
    const notSent: ClientError[] = [];
    let overloaded: Problem | null = null;
    for (const gateway of this.gateways.all) {
      const attempt = await this.#attempt(gateway, wait);
      switch (attempt.type) {
        case "status":
          return finalFate(attempt.state);
        case "known":
          return null;
        case "not_sent":
          if (attempt.error instanceof WrongNetworkError) {
            return { type: "not_sent", error: attempt.error };
          }
          notSent.push(attempt.error);
          break;
        case "uncertain":
          this.options.note?.(attempt.reason);
          return null;
        case "refused":
          if (!isOverload(attempt.problem)) {
            // Whether its time is over is for both clocks to say.
            const isEarly = isExpiry(attempt.problem) && !this.#isOverHere();
            return isEarly ? null : this.#refused(attempt.problem);
          }
          overloaded = attempt.problem;
      }
    }
    return overloaded === null ? { type: "not_sent", error: noneAnswered(notSent) } : this.#refused(overloaded);
  }

  /** Asks all gateways in turn. */
  async #follow(): Promise<Fate> {
    this.options.note?.(`transaction ${this.id} is not final yet; asking until its outcome is certain`);
    const noted = new Set<string>();
    for (let pause = PAUSE_MIN_MS; ; pause = Math.min(PAUSE_MAX_MS, 2 * pause)) {
      for (const gateway of this.gateways.all) {
        const found = await this.#look(gateway);
        if (found instanceof ClientError) {
          if (!noted.has(found.message)) {
            noted.add(found.message);
            this.options.note?.(found.message);
          }
        } else if (found !== null) {
          return found;
        }
      }
      if (performance.now() >= this.#giveUpMs) {
        return { type: "open", refusal: this.#refusal };
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  /** Asks one gateway what it knows, and gives it the transaction if it doesn't know it. */
  async #look(gateway: Gateway): Promise<Fate | ClientError | null> {
    try {
      // The time comes first: if it is over before the search, no later block can have the transaction.
      const isOver = (await gateway.status()).timeMs >= this.#validUntilMs && this.#isOverHere();
      const status = await this.#find(gateway);
      if (status !== null) {
        return finalFate(status.state);
      }
      if (isOver) {
        return { type: "expired", refusal: this.#refusal };
      }
    } catch (error) {
      return asClientError(error);
    }
    const attempt = await this.#attempt(gateway, false);
    switch (attempt.type) {
      case "status":
        return finalFate(attempt.state);
      case "not_sent":
        return attempt.error;
      case "refused":
        // Another gateway may have taken it before, so this is not the last word.
        this.#refusal = isExpiry(attempt.problem) ? this.#refusal : attempt.problem;
        return null;
      default:
        return null;
    }
  }
  async #find(gateway: Gateway): Promise<TransactionStatus | null> {
    try {
      return await (await gateway.client()).transaction(this.id);
    } catch (error) {
      if (isProblem(error, "unknown_transaction")) {
        return null;
      }
      throw error;
    }
  }

  async #attempt(gateway: Gateway, wait: boolean): Promise<Attempt> {
    let client;
    try {
      client = await gateway.client();
    } catch (error) {
      return { type: "not_sent", error: asClientError(error) };
    }
    try {
      const { id, state } = await client.submit(this.signed, wait);
      if (id !== this.id) {
        return { type: "uncertain", reason: `a gateway answered about another transaction, ${id}` };
      }
      return state.status === "refused" ? { type: "refused", problem: state.problem } : { type: "status", state };
    } catch (error) {
      return attemptOf(asClientError(error));
    }
  }

  get #validUntilMs(): TimeMs {
    return this.signed.transaction.validUntilMs;
  }
  /** Tells whether its time is over by this machine's clock. */
  #isOverHere(): boolean {
    return isOver(this.#validUntilMs, this.options.now?.() ?? (Date.now() as TimeMs));
  }
  #refused(problem: Problem): Fate {
    // An expiry comes here only once this machine's clock agrees.
    const isPossible = !isForEver(problem) && !isExpiry(problem);
    const possibleUntilMs = isPossible ? plusMs(this.#validUntilMs, CLOCK_MARGIN_MS) : null;
    return { type: "refused", problem, possibleUntilMs };
  }
}

function asClientError(error: unknown): ClientError {
  if (error instanceof ClientError) {
    return error;
  }
  throw error;
}

function attemptOf(error: ClientError): Attempt {
  if (isProblem(error, "duplicate_transaction")) {
    return { type: "known" };
  }
  if (error instanceof ProblemError && isRefusal(error.problem)) {
    return { type: "refused", problem: error.problem };
  }
  if (error instanceof UnreachableError || error instanceof InvalidUrlError) {
    return { type: "not_sent", error };
  }
  return { type: "uncertain", reason: error.message };
}

function finalFate(state: TransactionState): Fate | null {
  if (state.status !== "committed") {
    return null;
  }
  const { height, index, timeMs, receipt } = state;
  return { type: "final", height, index, timeMs, receipt };
}

/**
 * Tells whether the problem says that the gateway didn't take the transaction, and not that something broke on the way.
 */
function isRefusal({ code, status }: Problem): boolean {
  // A timeout (408) can come after the transaction was taken.
  return isCode(code) || (status >= 400 && status < 500 && status !== 408);
}

/** Tells whether another gateway may well take the transaction now. */
function isOverload({ code, status }: Problem): boolean {
  // The amount that an account may send in a day is the same everywhere.
  return code === "mempool_full" || (status === 429 && code !== "allowance_spent");
}

function isExpiry({ code }: Problem): boolean {
  return code === "transaction_expired";
}

const FOR_EVER: ReadonlySet<string> = new Set<Code>([
  "malformed",
  "transaction_too_large",
  "wrong_chain",
  "bad_signature",
  "amount_zero",
  "same_account",
  "invalid_key",
  "guardians_out_of_order",
  "threshold_out_of_range",
  "own_guardian",
  "household_has_no_key",
  "roles_out_of_order",
  "same_brand",
]);

/** Tells whether the reason lies in the bytes alone, so that no gateway at no time can take them. */
function isForEver({ code }: Problem): boolean {
  return FOR_EVER.has(code);
}
