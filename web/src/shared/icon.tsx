/** The icons of the pages: lines of one weight on a square of 24. */

const PATHS = {
  home: "M4 11.5 12 5l8 6.5V19a1 1 0 0 1-1 1h-4.5v-5h-5v5H5a1 1 0 0 1-1-1z",
  show: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 18v2",
  scan: "M4 8V5a1 1 0 0 1 1-1h3M16 4h3a1 1 0 0 1 1 1v3M20 16v3a1 1 0 0 1-1 1h-3M8 20H5a1 1 0 0 1-1-1v-3M4 12h16",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM20 20l-4-4",
  activity: "M5 6h14M5 12h14M5 18h9",
  more:
    "M5.5 12a.8.8 0 1 0 1.6 0 .8.8 0 1 0-1.6 0zM11.2 12a.8.8 0 1 0 1.6 0 .8.8 0 1 0-1.6 0z" +
    "M16.9 12a.8.8 0 1 0 1.6 0 .8.8 0 1 0-1.6 0z",
  shield: "M12 3l7 3v5.5c0 4.2-2.9 7.7-7 9.5-4.1-1.8-7-5.3-7-9.5V6zM8.8 12l2.3 2.3 4.3-4.6",
  alert: "M12 4 2.8 20h18.4zM12 10v4.5M12 17.2h.01",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7.5V12l3 2",
  send: "M4 12 20 4l-4.5 16-4-6.5zM11.5 13.5 20 4",
  swap: "M4 8.5h13M13.5 5 17 8.5 13.5 12M20 15.5H7M10.5 12 7 15.5l3.5 3.5",
  family:
    "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM17 12a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8z" +
    "M3.5 19c.5-3 2.7-4.8 5.5-4.8s5 1.8 5.5 4.8M16 14.6c2.3 0 4 1.5 4.5 4",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  down: "M12 4v11M7.5 11 12 15.5 16.5 11M5 20h14",
  up: "M12 19V6M7 11l5-5 5 5",
  in: "M17 7 8 16M8 8.5V16h7.5",
  undo: "M8 5 4 9l4 4M4 9h10a5 5 0 0 1 0 10H9",
  erase: "M9 6h11v12H9l-6-6zM12.2 9.7l4.6 4.6M16.8 9.7l-4.6 4.6",
  check: "M5 12.5l4.5 4.5L19 7.5",
  cross: "M6 6l12 12M18 6 6 18",
  chevron: "M9.5 5.5 16 12l-6.5 6.5",
  back: "M14.5 5.5 8 12l6.5 6.5",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  key: "M14.5 14a4.5 4.5 0 1 0-4.3-3.2L4 17v3h3l1-1v-2h2l2.3-3.3c.7.2 1.4.3 2.2.3zM15.5 8.5h.01",
  gift:
    "M4 11h16v9H4zM3 7h18v4H3zM12 7v13M12 7C9.6 7 7.4 6.4 7.4 4.7 7.4 2.4 11 2.6 12 7c1-4.4 4.6-4.6 4.6-2.3" +
    "C16.6 6.4 14.4 7 12 7z",
  ticket: "M4 7h16v3.2a2 2 0 0 0 0 3.6V17H4v-3.2a2 2 0 0 0 0-3.6zM14.5 7v2M14.5 11v2M14.5 15v2",
  market: "M4 10 5.5 5h13L20 10M4 10a2.7 2.7 0 0 0 5.3 0 2.7 2.7 0 0 0 5.4 0 2.7 2.7 0 0 0 5.3 0M5.5 13v7h13v-7",
  star: "M12 4l2.4 5.2 5.6.7-4.1 3.8 1.1 5.6-5-2.8-5 2.8 1.1-5.6L4 9.9l5.6-.7z",
  figures: "M4 20h16M7 20v-7M12 20V5M17 20v-10",
  spark: "M12 3v4M12 17v4M3 12h4M17 12h4M6 6l2.5 2.5M15.5 15.5 18 18M18 6l-2.5 2.5M8.5 15.5 6 18",
  freeze: "M12 3v18M4.2 7.5l15.6 9M19.8 7.5l-15.6 9",
} as const;

/** The name of an icon. */
export type IconName = keyof typeof PATHS;

/** An icon, which says nothing to a screen reader: the text beside it does. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
