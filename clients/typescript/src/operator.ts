/** The roles of a brand's operators (protocol, Brands). */

import { isRising } from "./bytes.js";
import type { Codec } from "./codec/codec.js";
import { list, names } from "./codec/combine.js";

/**
 * A right of an operator to act for its brand. *issue*: give new points. *capture*: take or release what members hold
 * ready. *reverse*: take back an issue. *admin*: set the policy, the operators and the partnerships, and confirm
 * settlements. *grant*: give members what campaigns give; from version 2 on.
 */
export type Role = "issue" | "capture" | "reverse" | "admin" | "grant";

/** Every role, in their order. */
export const ROLES: readonly Role[] = ["issue", "capture", "reverse", "admin", "grant"];

/** The forms of roles. */
export const roleCodec: Codec<Role> = names(ROLES);

/** The forms of the roles of one operator. */
export const rolesCodec: Codec<readonly Role[]> = list(roleCodec, 1, ROLES.length);

/**
 * True if roles stand in order: "*issue*, *capture*, *reverse*, *admin*, and in version 2 *grant*, in this order, each
 * once" (protocol, Brands).
 */
export function rolesInOrder(roles: readonly Role[]): boolean {
  return isRising(roles, (one, other) => ROLES.indexOf(one) - ROLES.indexOf(other));
}
