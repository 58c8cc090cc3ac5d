/** The facts that a campaign asks for as people write them into fields, and back. */

import type { MarkId, Requirement, TrackId } from "@lojal/client";
import { limits } from "@lojal/client";

/** The fields of a fact. Those that its type hasn't got are left as they are. */
export interface RequirementForm {
  readonly type: Requirement["type"];
  readonly track: string;
  readonly count: string;
  readonly thisMonth: boolean;
  readonly consume: boolean;
}

/** Every type of fact. */
export const REQUIREMENTS: readonly Requirement["type"][] = ["progress", "level", "mark", "new", "since", "invited"];

/** The fields of a new fact. */
export const NEW_REQUIREMENT: RequirementForm = {
  type: "progress",
  track: "1",
  count: "",
  thisMonth: false,
  consume: false,
};

/** The fields of a fact. */
export function requirementFormOf(one: Requirement): RequirementForm {
  const plain = { ...NEW_REQUIREMENT, type: one.type };
  switch (one.type) {
    case "progress": {
      const { thisMonth, consume } = one;
      return { ...plain, track: String(one.track), count: String(one.atLeast), thisMonth, consume };
    }
    case "level":
      return { ...plain, track: String(one.track), count: String(one.level) };
    case "mark":
      return { ...plain, count: String(one.mark) };
    case "new":
    case "since":
      return { ...plain, count: String(one.days) };
    case "invited":
      return plain;
  }
}

function numberIn(text: string, least: number, most: number): number | null {
  const trimmed = text.trim();
  const isNumber = /^[0-9]{1,16}$/.test(trimmed) && Number(trimmed) >= least && Number(trimmed) <= most;
  return isNumber ? Number(trimmed) : null;
}

/** The fact that fields say; null if they say none. */
export function requirementOf(form: RequirementForm): Requirement | null {
  const { type, thisMonth, consume } = form;
  const track = numberIn(form.track, 1, 65_535) as TrackId | null;
  switch (type) {
    case "progress": {
      const count = numberIn(form.count, 1, Number.MAX_SAFE_INTEGER);
      return track === null || count === null ? null : { type, track, atLeast: BigInt(count), thisMonth, consume };
    }
    case "level": {
      const level = numberIn(form.count, 1, limits.TRACK_LEVELS_MAX);
      return track === null || level === null ? null : { type, track, level };
    }
    case "mark": {
      const mark = numberIn(form.count, 0, 65_535);
      return mark === null ? null : { type, mark: mark as MarkId };
    }
    case "new":
    case "since": {
      const days = numberIn(form.count, 0, limits.CAMPAIGN_DAYS_MAX);
      return days === null ? null : { type, days };
    }
    case "invited":
      return { type };
  }
}
