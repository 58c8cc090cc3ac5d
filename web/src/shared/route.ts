/** The place in a page, as the part after # of its address says. */

import { signal } from "@preact/signals";

/** A place: its name, and what it is about. */
export interface Place {
  readonly name: string;
  readonly of: string;
}

/** The place that a hash such as `#/brand/nordmat` says. */
export function placeOf(hash: string): Place {
  const [name = "", ...rest] = hash.replace(/^#?\/?/, "").split("/");
  let of = "";
  try {
    of = decodeURIComponent(rest.join("/"));
  } catch {
    // Whatever somebody typed there is no place.
  }
  return { name, of };
}

/** The place that is shown. */
export const place = signal<Place>(placeOf(location.hash));

addEventListener("hashchange", () => {
  place.value = placeOf(location.hash);
  scrollTo(0, 0);
  document.querySelector<HTMLElement>("main")?.focus({ preventScroll: true });
});

/** The link to a place. */
export function linkTo(name: string, of = ""): string {
  return `#/${name}${of === "" ? "" : `/${encodeURIComponent(of)}`}`;
}

/** Goes to a place. */
export function goTo(name: string, of = ""): void {
  location.hash = linkTo(name, of);
}
