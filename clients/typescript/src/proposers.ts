/**
 * The turns of validators as proposers, by voting power (protocol, Blocks and finality).
 *
 * A validator's turns are spread evenly over a cycle of slots. The cycle isn't kept: where the turns of one lie among
 * those of the others can be counted.
 */

/** Slots of a cycle per validator of the set. */
const SLOTS_PER_VALIDATOR = 256n;

/** A cycle of slots, each of which is a validator's turn. */
export class Cycle {
  /** The number of slots of each validator, in the set's order. */
  readonly #slots: readonly bigint[];

  /**
   * The cycle of validators with these powers, in the set's order. "A cycle has 256 · *n* slots: each validator has
   * one, and the others are shared out by power, what is left over one each by the largest remainder." (protocol,
   * Blocks and finality)
   */
  constructor(powers: readonly bigint[]) {
    const count = BigInt(powers.length);
    const total = powers.reduce((sum, power) => sum + power, 0n);
    const toShare = count * (SLOTS_PER_VALIDATOR - 1n);
    const slots = powers.map((power) => 1n + (power * toShare) / total);
    let left = count * SLOTS_PER_VALIDATOR - slots.reduce((sum, own) => sum + own, 0n);
    // Sorting is stable, so that equal remainders keep the set's order.
    const byRemainder = powers.map((power, index) => ({ index, remainder: (power * toShare) % total }));
    byRemainder.sort((a, b) => (a.remainder === b.remainder ? 0 : a.remainder > b.remainder ? -1 : 1));
    for (const { index } of byRemainder) {
      if (left === 0n) {
        break;
      }
      slots[index] = (slots[index] ?? 0n) + 1n;
      left -= 1n;
    }
    this.#slots = slots;
  }

  /**
   * The place in the set of whoever proposes in a round of a height. "In round *r* of a height, the (*r* mod *n*)-th
   * distinct validator from the slot (height mod 256 · *n*) on proposes, counted from 0." (protocol, Blocks and
   * finality)
   */
  proposer(height: bigint, round: number): number {
    const count = this.#slots.length;
    const from = height % (BigInt(count) * SLOTS_PER_VALIDATOR);
    const next = this.#slots.map((_, index) => ({ index, slot: this.#nextTurn(index, from) }));
    next.sort((a, b) => (a.slot === b.slot ? a.index - b.index : a.slot < b.slot ? -1 : 1));
    return next[round % count]?.index ?? 0;
  }

  /** The first slot of a validator from `from` on; those of the next cycle come after all of this one. */
  #nextTurn(index: number, from: bigint): bigint {
    const own = this.#slots[index] ?? 0n;
    let [low, high] = [0n, own];
    while (low < high) {
      const middle = (low + high) / 2n;
      if (this.#slotOf(index, middle) < from) {
        low = middle + 1n;
      } else {
        high = middle;
      }
    }
    const cycle = BigInt(this.#slots.length) * SLOTS_PER_VALIDATOR;
    return low < own ? this.#slotOf(index, low) : cycle + this.#slotOf(index, 0n);
  }

  /**
   * The slot of a validator's turn: the number of turns before it. "Turn *j* of the *k* of the *i*-th validator of the
   * canonical order, both from 0, stands at (*j* + (*i* + ½) / *n*) / *k* of the cycle; of those at one place the
   * earlier validator's comes first." (protocol, Blocks and finality)
   */
  #slotOf(index: number, turn: bigint): bigint {
    const place = this.#place(index, turn);
    const own = this.#slots[index] ?? 1n;
    const step = 2n * BigInt(this.#slots.length);
    return this.#slots.reduce((sum, slots, other) => {
      // The turns of the other at (place / slots) below this one's (place / own), or at it.
      const last = other < index ? (place * slots) / own + 1n : ceilDiv(place * slots, own);
      const reach = last - this.#place(other, 0n);
      return sum + (reach > 0n ? ceilDiv(reach, step) : 0n);
    }, 0n);
  }

  /** The place of a turn, times the validator's slots, in parts of which a turn has 2 *n*. */
  #place(index: number, turn: bigint): bigint {
    return 2n * (BigInt(this.#slots.length) * turn + BigInt(index)) + 1n;
  }
}

function ceilDiv(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor - 1n) / divisor;
}
