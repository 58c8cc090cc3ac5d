/** Lists in pages as screens have them. */

import { useEffect, useMemo, useState } from "preact/hooks";

import type { Ask, Read } from "./reading.js";
import { ITEMS_MAX, Reading } from "./reading.js";

/** Items that are read at once, if there are so many. */
const STEP = 100;

/** A list with the ways to read on. */
export interface List<T, A> extends Read<T, A> {
  /** Reads some more. */
  readonly more: () => void;
  /** Reads all. */
  readonly all: () => void;
}

/** A list; read from its beginning again when the text that tells it from others changes. */
export function usePages<T, A>(key: string, ask: Ask<T, A>): List<T, A> {
  const empty: Read<T, A> = { items: [], last: null, cursor: null, isReading: true, error: null };
  const [read, setRead] = useState(empty);
  const reading = useMemo(() => new Reading(ask, setRead), [key]);
  useEffect(() => {
    setRead(empty);
    void reading.more(STEP);
    return () => reading.stop();
  }, [reading]);
  return { ...read, more: () => void reading.more(STEP), all: () => void reading.more(ITEMS_MAX) };
}
