/** The brands whose people this account is one of. No route proves that, so it is the gateway's word. */

import type { api, BrandId } from "@lojal/client";
import { isProblem } from "@lojal/client";

import { ask, brands, refreshBrands } from "./network.js";
import { wallet } from "./session.js";

/** How often a question is asked again that came too soon, and the pause before it, in milliseconds. */
const [ATTEMPTS_MAX, PAUSE_MS] = [5, 2_000];

/** A brand in which the account has roles. */
export interface Mine {
  readonly id: BrandId;
  readonly operator: api.OperatorAnswer;
}

/** The roles of the account in a brand: one place, or none. */
export async function rolesIn(id: BrandId): Promise<readonly Mine[]> {
  const address = wallet.value?.address;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { operators } = await ask((client) => client.operators(id));
      const operator = operators.find((one) => one.address === address);
      return operator === undefined ? [] : [{ id, operator }];
    } catch (error) {
      if (isProblem(error, "not_permitted")) {
        return [];
      }
      // A network can have more brands than may be asked about at once.
      if (!isProblem(error, "rate_limited") || attempt === ATTEMPTS_MAX) {
        throw error;
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** Finds the brands in which the account has roles. */
export async function findRoles(): Promise<readonly Mine[]> {
  await refreshBrands();
  const found: Mine[] = [];
  for (const id of brands.value.keys()) {
    found.push(...(await rolesIn(id)));
  }
  return found;
}
