/** The roles that can be given: those that the network's version has. */

import type { Role } from "@lojal/client";
import { ROLES } from "@lojal/client";

/** The first version of the protocol with campaigns, and the role to grant what they give. */
const GRANT_FROM = 2;

/** The roles that a version has; an unknown one has those that every version has. */
export function offeredRoles(version: number | null): readonly Role[] {
  return ROLES.filter((role) => role !== "grant" || (version ?? 0) >= GRANT_FROM);
}
