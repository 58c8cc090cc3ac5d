/** The same in every version of Node that the tests run on. */

import { webcrypto } from "node:crypto";

// Node 18 has it only for who asks.
globalThis.crypto ??= webcrypto as Crypto;

/** The options by which Node 18 has what later ones have without. */
export const NODE_OPTIONS: readonly string[] = process.versions.node.startsWith("18.")
  ? ["--experimental-global-webcrypto"]
  : [];
