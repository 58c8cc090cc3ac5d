/**
 * The lists of a brand, for its operators, its campaigns, the market, and parts of histories. All of it is the
 * gateway's word: a part of a history can't be told from one that leaves more out, so whoever has to be sure reads all
 * of it and filters by `isWanted`; campaigns are proven by `provenCampaigns`, and an account's own offers by
 * `state.openOffersOf`.
 */

import type { Address } from "../address.js";
import { addressToText } from "../address.js";
import type { AccountProof, History } from "../api/accounts.js";
import { accountProofCodec, historyCodec } from "../api/accounts.js";
import type { Campaigns } from "../api/campaigns.js";
import { campaignsCodec } from "../api/campaigns.js";
import type { BrandAccounts, BrandExpiring, BrandStatistics, BrandTransactions } from "../api/lists.js";
import {
  brandAccountsCodec,
  brandExpiringCodec,
  brandStatisticsCodec,
  brandTransactionsCodec,
} from "../api/lists.js";
import type { Leaders } from "../api/leaders.js";
import { leadersCodec } from "../api/leaders.js";
import type { Market } from "../api/market.js";
import { marketCodec } from "../api/market.js";
import type { BrandId } from "../brand.js";
import type { JsonCodec } from "../codec/codec.js";
import type { Client } from "./client.js";
import type { TrackId } from "../track.js";
import type { HistoryFilter } from "./history.js";

/** The page of a list that is wanted. */
export interface ListPage {
  /** Most transactions on it, 1 to 100. */
  readonly limit?: number;
  /** The cursor of the page before. */
  readonly cursor?: string | null;
}

/** The transactions of a brand that are wanted. */
export interface BrandFilter extends Omit<HistoryFilter, "brand"> {
  /** Those that concern this account. */
  readonly account?: Address;
}

/** The ranks that are wanted. */
export interface LeadersWanted extends Pick<ListPage, "limit"> {
  /** The account whose rank is wanted, too. */
  readonly account?: Address;
}

type Fields = Readonly<Record<string, string | undefined>>;

/** The questions about lists to one gateway: one method per route (docs/api.md). */
export class ListClient {
  constructor(private readonly client: Pick<Client, "transport" | "network">) {}

  /** `GET /v1/brands/{id}/transactions`: the applied transactions with points of a brand, the newest first. */
  transactions(brand: BrandId, filter: BrandFilter = {}, page: ListPage = {}): Promise<BrandTransactions> {
    const account = filter.account === undefined ? undefined : addressToText(filter.account, this.client.network);
    const query = { account, ...filtered(filter), ...paged(page) };
    return this.#ask(brandTransactionsCodec, `/v1/brands/${brand}/transactions`, query);
  }
  /** `GET /v1/brands/{id}/accounts`: the accounts that have points of a brand. */
  accounts(brand: BrandId, cursor: string | null = null): Promise<BrandAccounts> {
    return this.#ask(brandAccountsCodec, `/v1/brands/${brand}/accounts`, paged({ cursor }));
  }
  /** `GET /v1/brands/{id}/expiring`: the points that expire with this month, or with one of so many from it on. */
  expiring(brand: BrandId, months = 1, cursor: string | null = null): Promise<BrandExpiring> {
    const query = { months: String(months), ...paged({ cursor }) };
    return this.#ask(brandExpiringCodec, `/v1/brands/${brand}/expiring`, query);
  }
  /** `GET /v1/brands/{id}/statistics`: a brand's points by month. */
  statistics(brand: BrandId): Promise<BrandStatistics> {
    return this.#ask(brandStatisticsCodec, `/v1/brands/${brand}/statistics`, {});
  }
  /**
   * `GET /v1/brands/{id}/tracks/{track}/leaders`: the first ranks on a track, and that of an account which the token
   * may read. Nothing shows that nobody is left out.
   */
  leaders(brand: BrandId, track: TrackId, wanted: LeadersWanted = {}): Promise<Leaders> {
    const account = wanted.account === undefined ? undefined : addressToText(wanted.account, this.client.network);
    const query = { account, ...paged(wanted) };
    const path = `/v1/brands/${brand}/tracks/${String(track)}/leaders`;
    return this.#ask(leadersCodec, path, query, (told) => told.brand === brand && told.track === track);
  }
  /** `GET /v1/brands/{id}/campaigns`: what a brand gives beside points for purchases, for everybody. */
  campaigns(brand: BrandId): Promise<Campaigns> {
    return this.#ask(campaignsCodec, `/v1/brands/${brand}/campaigns`, {});
  }
  /** `GET /v1/brands/{id}/campaigns/proof`: the proofs from which that follows. */
  campaignsProof(brand: BrandId): Promise<AccountProof> {
    return this.#ask(accountProofCodec, `/v1/brands/${brand}/campaigns/proof`, {});
  }
  /** `GET /v1/market/{sell}/{buy}`: the offers of a brand's points for another's, the cheapest first. */
  market(sell: BrandId, buy: BrandId): Promise<Market> {
    const isOf = (brand: BrandId, wants: BrandId): boolean => brand === sell && wants === buy;
    return this.#ask(marketCodec, `/v1/market/${sell}/${buy}`, {}, (told) => {
      return isOf(told.brand, told.wants) && told.offers.every(({ brand, wants }) => isOf(brand, wants));
    });
  }
  /** `GET /v1/accounts/{address}/transactions`, of which only some are wanted. Nothing shows that these are all. */
  history(address: Address, filter: HistoryFilter, page: ListPage = {}): Promise<History> {
    const path = `/v1/accounts/${addressToText(address, this.client.network)}/transactions`;
    return this.#ask(historyCodec, path, { brand: filter.brand, ...filtered(filter), ...paged(page) });
  }

  #ask<T>(
    codec: JsonCodec<T>,
    path: string,
    fields: Fields,
    isAbout: (answer: T) => boolean = () => true,
  ): Promise<T> {
    const said = ([name, value]: [string, string | undefined]) => (value === undefined ? [] : [[name, value] as const]);
    const query = Object.entries(fields).flatMap(said);
    return this.client.transport.askAs(codec, this.client.network, { path, query }, isAbout);
  }
}

function filtered({ kind, sinceMs }: HistoryFilter): Fields {
  return { kind, since_ms: sinceMs === undefined ? undefined : String(sinceMs) };
}

function paged({ limit, cursor }: ListPage): Fields {
  return { limit: limit === undefined ? undefined : String(limit), cursor: cursor ?? undefined };
}
