/** The time that counts. A gateway's word alone neither stretches what is signed nor ends the wait for its outcome. */

import { FaultError } from "../error.js";
import type { Day, TimeMs } from "../time.js";
import { dayOf, plusDays, plusMs } from "../time.js";

/**
 * The most that the ledger's time may be ahead of this machine's clock when something is signed. A gateway that claims
 * more could keep what was signed and submit it long after its owner gave it up.
 */
export const LEDGER_AHEAD_MS_MAX = 2 * 60 * 1000;

/**
 * The time by which this machine's clock must be past a time before that counts as over: the validators' clocks can be
 * a little late.
 */
export const CLOCK_MARGIN_MS = 5000;

/** The reason that there is no time to sign from. */
export type ClockFault = "ledger_ahead" | "day_ahead";

/** A clock that differs too much from the ledger's. */
export class ClockError extends FaultError<"clock", ClockFault> {
  constructor(
    fault: ClockFault,
    /** This machine's time. */
    readonly local: TimeMs,
    /** The time of the last final block, as the gateway says. */
    readonly ledger: TimeMs,
  ) {
    const times = `this machine's clock says ${utc(local)}, but the gateway that the ledger is at ${utc(ledger)}`;
    super(
      "clock",
      fault,
      fault === "ledger_ahead"
        ? `nothing was signed: ${times}: set the clock if it is late, otherwise use another gateway`
        : `nothing was dated: ${times}: set the clock if it is early, otherwise try again when the network goes on`,
    );
  }
}

function utc(time: TimeMs): string {
  return new Date(time).toISOString();
}

/**
 * The time from which validity counts: this machine's, or the ledger's if that is a little later. Throws a
 * {@link ClockError} when it is later by more than {@link LEDGER_AHEAD_MS_MAX}.
 */
export function signingTime(local: TimeMs, ledger: TimeMs): TimeMs {
  if (ledger - local > LEDGER_AHEAD_MS_MAX) {
    throw new ClockError("ledger_ahead", local, ledger);
  }
  return ledger > local ? ledger : local;
}

/**
 * The day by which receipts and requests are dated: that of {@link signingTime}. Throws a {@link ClockError} when the
 * ledger wouldn't take the day: it is later than tomorrow, by the ledger's time.
 */
export function today(local: TimeMs, ledger: TimeMs): Day {
  const day = dayOf(signingTime(local, ledger));
  if (day > plusDays(dayOf(ledger), 1)) {
    throw new ClockError("day_ahead", local, ledger);
  }
  return day;
}

/** Tells whether a time is over for this machine, with {@link CLOCK_MARGIN_MS} to spare. */
export function isOver(time: TimeMs, local: TimeMs): boolean {
  return local >= plusMs(time, CLOCK_MARGIN_MS);
}
