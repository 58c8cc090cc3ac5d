/** Events that go on at the next gateway where one fails. */

import type { EventPlace, LedgerEvent } from "../api/events.js";
import type { EventsOf, EventsOptions } from "./events.js";
import { ClientError, ProblemError } from "./error.js";
import type { Gateways } from "./gateways.js";
import { isAnswer, noneAnswered } from "./gateways.js";

/** The pause after no gateway has answered, in milliseconds. */
const PAUSE_MS = 2_000;

/** The settings of a watch. */
export interface WatchOptions extends EventsOptions {
  /** Makes another token for the gateways when theirs is over, as by `Gateways.readAs`. */
  readonly renew?: () => Promise<void>;
  /** Is told how far everything has been told, to go on there another day. */
  readonly reached?: (place: EventPlace) => void;
}

/**
 * Tells what happens to an account or a brand, for ever: each event once and in order, from whichever gateway answers.
 * Ends when the signal is aborted. Throws a `ClientError` when every gateway would say no.
 */
export async function* watchEvents(
  gateways: Gateways,
  of: EventsOf,
  options: WatchOptions = {},
): AsyncGenerator<LedgerEvent, void, undefined> {
  const { signal, renew, reached } = options;
  let after = options.after ?? null;
  let [first, failures, renewed] = [0, 0, false];
  const isStopped = (): boolean => signal?.aborted === true;
  while (!isStopped()) {
    const gateway = gateways.all[first % gateways.all.length];
    if (gateway === undefined) {
      throw noneAnswered([]);
    }
    try {
      const client = await gateway.client();
      for await (const told of client.events(of, { ...options, after })) {
        [after, failures, renewed] = [told.place, 0, false];
        reached?.(told.place);
        if (told.type === "event") {
          yield told.event;
        }
      }
      first += 1;
    } catch (error) {
      if (isStopped()) {
        return;
      }
      if (renew !== undefined && !renewed && isOver(error)) {
        renewed = true;
        await renew();
        continue;
      }
      if (!(error instanceof ClientError) || isAnswer(error)) {
        throw error;
      }
      [first, failures] = [first + 1, failures + 1];
      if (failures % gateways.all.length === 0) {
        await pause(signal);
      }
    }
  }
}

/** Tells whether a gateway wants another token. */
function isOver(error: unknown): boolean {
  const codes = ["token_missing", "token_invalid", "token_expired"];
  return error instanceof ProblemError && codes.includes(error.code);
}

/** Waits a moment, or until the signal is aborted. */
function pause(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const waiting = setTimeout(resolve, PAUSE_MS);
    const end = (): void => {
      clearTimeout(waiting);
      resolve();
    };
    signal?.addEventListener("abort", end, { once: true });
  });
}
