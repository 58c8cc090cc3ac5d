/**
 * Long lists, in parts: one that is far below what is seen isn't made before somebody scrolls near it, and one that is
 * made isn't looked at again as long as it is of the same items.
 */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** Items of a part: so few that a slow phone lays them out within two frames. */
const PART = 20;
/** Parts that are made at once. */
const STEP = 2;
/** The distance below the part that is seen within which items are made, in the browser's units. */
const AHEAD = "1500px";

type Parts<T> = readonly (readonly T[])[];

/** The parts of a list. A part of the same items as one before is that one, so that nothing is made of it anew. */
export function partsOf<T>(items: readonly T[], before: Parts<T> = []): Parts<T> {
  return Array.from({ length: Math.ceil(items.length / PART) }, (_, at) => {
    const part = items.slice(at * PART, (at + 1) * PART);
    const same = before[at];
    return same?.length === part.length && part.every((item, place) => item === same[place]) ? same : part;
  });
}

/**
 * The number of a list's parts to show, and the mark to put below them. Once all are shown, more of the list is asked
 * for when somebody scrolls near its end, if there is more.
 */
export function useGrowing(
  all: number,
  more: (() => void) | null = null,
): { readonly count: number; readonly foot: JSX.Element | null } {
  const [most, setMost] = useState(STEP);
  const foot = useRef<HTMLDivElement>(null);
  const hasMore = most < all;
  const canAsk = more !== null;
  useEffect(() => {
    const mark = foot.current;
    if (mark === null) {
      return undefined;
    }
    const watcher = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) {
          setMost((count) => Math.min(count, all) + STEP);
          if (!hasMore) {
            more?.();
          }
        }
      },
      { rootMargin: AHEAD },
    );
    watcher.observe(mark);
    return () => watcher.disconnect();
    // A mark that stays near is told once: it is watched anew after each step.
  }, [hasMore, most, all, canAsk]);
  return { count: Math.min(most, all), foot: hasMore || canAsk ? <div ref={foot} aria-hidden="true" /> : null };
}
