/** The time that is left, as a ring and in digits. */

import { useEffect, useState } from "preact/hooks";

import { leftText } from "../../shared/format.js";

const RING = 2 * Math.PI * 24;
const RING_MS = 10 * 60 * 1000;

/** The milliseconds until a time, every second anew. */
export function useLeft(until: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return until - now;
}

/** The ring. */
export function Ring({ left, label }: { readonly left: number; readonly label: string }) {
  const part = Math.max(0, Math.min(1, left / RING_MS));
  return (
    <div class="row" role="timer">
      <svg class="ring" viewBox="0 0 54 54" aria-hidden="true">
        <circle cx="27" cy="27" r="24" />
        <circle class="left" cx="27" cy="27" r="24" stroke-dasharray={`${part * RING} ${RING}`} />
      </svg>
      <span>
        <span class="soft">{label}</span> <span class="number">{leftText(left)}</span>
      </span>
    </div>
  );
}
