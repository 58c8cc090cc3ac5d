/** Lists that the gateway gives out in pages: read as far as somebody wants to see. */

import { isProblem, ProblemError } from "@lojal/client";

/** Most pages of a list that are read. */
const PAGES_MAX = 2_000;
/** Most items of a list that are shown. */
export const ITEMS_MAX = 50_000;
/** Longest pause that a gateway may ask for, in seconds. */
const PAUSE_S_MAX = 30;
/** Most pauses before one page. */
const PAUSES_MAX = 10;

/** One page. */
export interface Page<T, A> {
  readonly items: readonly T[];
  /** The whole answer, for what it says besides. */
  readonly answer: A;
  readonly cursor: string | null;
}

/** A list as far as it is read. */
export interface Read<T, A> {
  readonly items: readonly T[];
  /** The answer that came last; null before the first. */
  readonly last: A | null;
  readonly cursor: string | null;
  readonly isReading: boolean;
  readonly error: unknown;
}

/** The question for a page: the first one with null. */
export type Ask<T, A> = (cursor: string | null) => Promise<Page<T, A>>;

/** Asks, and waits if the gateway says that it is asked too often. */
async function patiently<T, A>(ask: Ask<T, A>, cursor: string | null): Promise<Page<T, A>> {
  for (let pauses = 0; ; pauses += 1) {
    try {
      return await ask(cursor);
    } catch (error) {
      const pause = error instanceof ProblemError && isProblem(error, "rate_limited") ? error.retryAfterS : null;
      if (pause === null || pause > PAUSE_S_MAX || pauses >= PAUSES_MAX) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, pause * 1000));
    }
  }
}

/** A list that is being read, until it is stopped. */
export class Reading<T, A> {
  #read: Read<T, A> = { items: [], last: null, cursor: null, isReading: false, error: null };
  #pages = 0;
  #isStopped = false;

  constructor(
    private readonly ask: Ask<T, A>,
    private readonly show: (read: Read<T, A>) => void,
  ) {}

  /** Reads no more, and shows nothing more. */
  stop(): void {
    this.#isStopped = true;
  }
  /** Reads on until there are so many more items, or all. */
  async more(count: number): Promise<void> {
    const wanted = Math.min(this.#read.items.length + count, ITEMS_MAX);
    if (this.#read.isReading || !this.#hasMore()) {
      return;
    }
    this.#tell({ isReading: true, error: null });
    try {
      while (this.#hasMore() && this.#read.items.length < wanted) {
        const { items, answer, cursor } = await patiently(this.ask, this.#read.cursor);
        this.#pages += 1;
        this.#tell({ items: [...this.#read.items, ...items], last: answer, cursor });
      }
      this.#tell({ isReading: false });
    } catch (error) {
      this.#tell({ isReading: false, error });
    }
  }
  #hasMore(): boolean {
    return !this.#isStopped && this.#pages < PAGES_MAX && (this.#pages === 0 || this.#read.cursor !== null);
  }
  #tell(change: Partial<Read<T, A>>): void {
    this.#read = { ...this.#read, ...change };
    if (!this.#isStopped) {
      this.show(this.#read);
    }
  }
}
