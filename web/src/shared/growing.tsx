/**
 * Long lists, in parts: one that is far below what is seen isn't made before somebody scrolls near it, and one that is
 * made isn't looked at again as long as it is of the same items.
 */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

/** Items of a part. */
const PART = 40;
/** Parts that are made at once. */
const STEP = 2;
/** The distance below the part that is seen within which items are made, in the browser's units. */
const AHEAD = "1500px";

/** The parts of a list. */
export function partsOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / PART) }, (_, at) => items.slice(at * PART, (at + 1) * PART));
}

/** The number of a list's parts to show, and the mark to put below them. */
export function useGrowing(all: number): { readonly count: number; readonly foot: JSX.Element | null } {
  const [most, setMost] = useState(STEP);
  const foot = useRef<HTMLDivElement>(null);
  const hasMore = most < all;
  useEffect(() => {
    const mark = foot.current;
    if (mark === null) {
      return undefined;
    }
    const watcher = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) {
          setMost((count) => count + STEP);
        }
      },
      { rootMargin: AHEAD },
    );
    watcher.observe(mark);
    return () => watcher.disconnect();
    // A mark that stays near is told once: it is watched anew after each step.
  }, [hasMore, most]);
  return { count: Math.min(most, all), foot: hasMore ? <div ref={foot} aria-hidden="true" /> : null };
}
