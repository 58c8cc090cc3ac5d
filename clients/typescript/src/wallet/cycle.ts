/** Ways round through partnerships that give more than they take. */

import type { BrandId } from "../brand.js";

/** A rate at which one brand's points become another's: `num` for `den`, in smallest units. */
export interface Exchange {
  /** The brand whose points go. */
  readonly from: BrandId;
  /** The brand whose points come. */
  readonly to: BrandId;
  /** The number that come … */
  readonly num: number;
  /** … for this number that go. */
  readonly den: number;
}

/**
 * The least product of rates that counts as more than 1: far beyond what floating point loses on a way through all
 * brands, and far below what anybody could gain by.
 */
const GAIN_MIN = 1 + 1e-9;

interface Way {
  readonly product: number;
  readonly brands: readonly BrandId[];
}

/**
 * The brands on a way that begins with `added`, goes on by `rates`, and ends where it began with more points than it
 * began with; null if there is no such way. "`lojal` looks for such a way round among the partnerships in force before
 * it signs a proposal or an acceptance, and warns of it" (protocol, Between brands). Where there was no gain before
 * `added`, none is missed.
 */
export function gainingRound(rates: readonly Exchange[], added: Exchange): readonly BrandId[] | null {
  // The best product of rates with which each brand can be reached, and the way there: Bellman and Ford's rounds. A way
  // needs no more steps than there are rates.
  let best = new Map<BrandId, Way>([[added.to, { product: added.num / added.den, brands: [added.from, added.to] }]]);
  for (let round = 0; round <= rates.length; round += 1) {
    const back = best.get(added.from);
    if (back !== undefined && back.product > GAIN_MIN) {
      return back.brands;
    }
    const better = step(best, rates, added.from);
    if (better === null) {
      return null;
    }
    best = better;
  }
  return null;
}

/** The best ways with a step more; null if none gets better. */
function step(best: ReadonlyMap<BrandId, Way>, rates: readonly Exchange[], start: BrandId): Map<BrandId, Way> | null {
  const better = new Map(best);
  let isBetter = false;
  for (const { from, to, num, den } of rates) {
    const way = best.get(from);
    // Back at the start, or where the way has been already: it goes no further.
    if (way === undefined || from === start || way.brands.slice(1).includes(to)) {
      continue;
    }
    const product = way.product * (num / den);
    if (product > (better.get(to)?.product ?? -1)) {
      better.set(to, { product, brands: [...way.brands, to] });
      isBetter = true;
    }
  }
  return isBetter ? better : null;
}
