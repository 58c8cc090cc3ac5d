/** The addresses at which nodes are reached (protocol, Governance). */

import type { Brand } from "./bytes.js";
import { utf8 } from "./bytes.js";
import type { Codec } from "./codec/codec.js";
import { text } from "./codec/primitives.js";
import { TextError } from "./error.js";
import { ENDPOINT_BYTES_MAX } from "./limits.js";

/** The address of a node on the peer-to-peer network, such as `/dns/node.example.org/tcp/7900`: a hint. */
export type Endpoint = Brand<string, "Endpoint">;

/** Checks the length of a text. Whoever takes an endpoint checks what stands in it, with {@link isValidEndpoint}. */
export function parseEndpoint(endpoint: string): Endpoint {
  const length = utf8(endpoint).length;
  if (length < 1 || length > ENDPOINT_BYTES_MAX) {
    throw new TextError("endpoint", `an endpoint has 1 to ${ENDPOINT_BYTES_MAX} bytes`);
  }
  return endpoint as Endpoint;
}

/**
 * True if it has the form of an address: "An endpoint is `/ip4/ADDRESS/tcp/PORT`, or the same with `ip6` or `dns`"
 * (protocol, Governance).
 */
export function isValidEndpoint(endpoint: Endpoint): boolean {
  const host = "(?:ip4/[0-9.]+|ip6/[0-9a-zA-Z:.]+|dns/[0-9a-zA-Z.-]+)";
  const found = new RegExp(`^/${host}/tcp/([1-9][0-9]{0,4})$`).exec(endpoint);
  return found !== null && Number(found[1]) < 1 << 16;
}

/** The forms of endpoints. */
export const endpointCodec: Codec<Endpoint> = text(ENDPOINT_BYTES_MAX, parseEndpoint);
