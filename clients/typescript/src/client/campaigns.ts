/** Campaigns of brands that are proven. */

import type { Campaigns } from "../api/campaigns.js";
import type { BrandId } from "../brand.js";
import type { ChainId } from "../ids.js";
import { campaignsOf } from "../state/offers.js";
import type { Client } from "./client.js";
import { ListClient } from "./lists.js";
import type { Verifier } from "./verifier.js";

/**
 * The campaigns of a brand as a gateway proves them. Throws a `GatewayUntrueError` if it doesn't, and a `BehindError`
 * if they are older than what is known.
 */
export async function provenCampaigns(
  verifier: Verifier,
  client: Client,
  chain: ChainId,
  brand: BrandId,
): Promise<Campaigns> {
  const answer = await new ListClient(client).campaignsProof(brand);
  const campaigns = `the campaigns of ${brand}`;
  return verifier.proven(client, campaigns, answer, (records) => campaignsOf(records, chain, brand));
}
