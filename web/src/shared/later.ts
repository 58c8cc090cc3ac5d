/** What the first screen doesn't wait for. */

/** The time after which it is loaded, in milliseconds: a slow phone has the first screen by then. */
const AFTER_MS = 1_500;

/** Loads something once the first screen is there. Without it, what it was for goes on without it. */
export function later<T>(load: () => Promise<T>, take: (loaded: T) => void): void {
  setTimeout(() => void load().then(take, () => undefined), AFTER_MS);
}
