/** Several gateways to one network: the next one is asked when one can't answer. */

import { HistoryError } from "../activity.js";
import type { Address } from "../address.js";
import type { History } from "../api/accounts.js";
import type { BrandMotions } from "../api/brand-motions.js";
import type { GovernanceAnswer, Status } from "../api/network.js";
import type { TransactionStatus } from "../api/transactions.js";
import type { BrandId } from "../brand.js";
import type { Genesis } from "../genesis.js";
import { motionDigest } from "../governance/action.js";
import type { MotionId } from "../governance/motion.js";
import type { ChainId, Hash, TransactionId } from "../ids.js";
import type { Signer } from "../key.js";
import { brandMotionDigest } from "../operation/together.js";
import type { Audience, SignedReadToken } from "../read-token.js";
import { newReadToken } from "../read-token.js";
import type { TimeMs } from "../time.js";
import { transactionId } from "../transaction.js";
import { Client } from "./client.js";
import {
  ClientError,
  GatewayUntrueError,
  InvalidUrlError,
  NoGatewayAnsweredError,
  ProblemError,
  WrongNetworkError,
} from "./error.js";

/** One gateway, asked for its network before anything else. */
export class Gateway {
  #isChecked = false;
  readonly #client: Client;

  constructor(
    client: Client,
    /** The network that it must serve. */
    readonly chainId: ChainId,
  ) {
    this.#client = client;
  }
  /** Its address. */
  get url(): string {
    return this.#client.url;
  }
  /** The host that tokens for it are for. */
  get audience(): Audience {
    return this.#client.audience;
  }
  /** Says from now on who reads, with each question; nobody with null. */
  readWith(token: SignedReadToken | null): void {
    this.#client.readWith(token);
  }
  /** Its status, once it is certain that it serves the right network; else a `WrongNetworkError`. */
  async status(): Promise<Status> {
    const status = await this.#client.status();
    if (status.chainId !== this.chainId) {
      throw new WrongNetworkError(this.url, status.chainId, this.chainId);
    }
    this.#isChecked = true;
    return status;
  }
  /** The client, once it is certain that the gateway serves the right network. */
  async client(): Promise<Client> {
    if (!this.#isChecked) {
      await this.status();
    }
    return this.#client;
  }
  /**
   * A page of an account's history, checked as far as it can be by itself: that it folds, and that each transaction has
   * the id that it is listed with.
   */
  async history(address: Address, limit: number, cursor: string | null = null): Promise<History> {
    const page = await (await this.client()).history(address, limit, cursor);
    const wrong = page.transactions.find(({ id, transaction }) => {
      return transaction === null || transactionId(transaction.transaction, this.chainId) !== id;
    });
    if (wrong !== undefined) {
      const message = `number ${wrong.activity ?? 0n} isn't the transaction of its id`;
      throw new GatewayUntrueError(this.url, message, { cause: new HistoryError("content", message) });
    }
    return page;
  }
  /** The motions of a brand's admins, each checked to have the digest of its brand and its actions. */
  async brandMotions(brand: BrandId): Promise<BrandMotions> {
    const told = await (await this.client()).brandMotions(brand);
    this.#checkDigests(told.motions, (actions) => brandMotionDigest(this.chainId, brand, actions));
    return told;
  }
  /** The decisions about the network, and the motions, each checked to have the digest of its actions. */
  async governance(): Promise<GovernanceAnswer> {
    const told = await (await this.client()).governance();
    this.#checkDigests([...told.open, ...told.closed], (actions) => motionDigest(this.chainId, actions));
    return told;
  }
  /** A transaction, as far as it is shown with the content that its id is made of. */
  async transaction(id: TransactionId): Promise<TransactionStatus> {
    const status = await (await this.client()).transaction(id);
    const content = status.transaction?.transaction;
    if (content !== undefined && transactionId(content, this.chainId) !== id) {
      throw new GatewayUntrueError(this.url, `it shows another transaction than ${id}`);
    }
    return status;
  }

  #checkDigests<A>(motions: readonly Digested<A>[], digestOf: (actions: readonly A[]) => Hash): void {
    const wrong = motions.find(({ actions, digest }) => digestOf(actions) !== digest);
    if (wrong !== undefined) {
      throw new GatewayUntrueError(this.url, `motion ${wrong.motion} isn't the one of its digest`);
    }
  }
}

/** A motion with the digest by which it is approved. */
interface Digested<A> {
  readonly motion: MotionId;
  readonly actions: readonly A[];
  readonly digest: Hash;
}

/** The gateways of a program to one network, the preferred one first. */
export class Gateways {
  /** They, the preferred one first. */
  readonly all: readonly Gateway[];

  /** The gateways at `urls`, each of which must serve the network of a genesis document. */
  constructor(urls: readonly string[], genesis: Pick<Genesis, "chainId" | "network">, fetcher?: typeof fetch) {
    const options = { network: genesis.network, ...(fetcher === undefined ? {} : { fetch: fetcher }) };
    this.all = urls.map((url) => new Gateway(new Client(url, options), genesis.chainId));
  }
  /** Reads from now on as an account, whose key signs for that here. */
  async readAs(account: Address, signer: Signer, now: TimeMs): Promise<void> {
    for (const gateway of this.all) {
      gateway.readWith(await newReadToken(account, signer, gateway.chainId, gateway.audience, now));
    }
  }
  /**
   * Asks one gateway after the other until one answers. A gateway that understands and says no has answered, unless the
   * trouble is its own; one that serves another network, or lies, ends the search.
   */
  async ask<T>(question: (gateway: Gateway) => Promise<T>): Promise<T> {
    const errors: ClientError[] = [];
    for (const gateway of this.all) {
      try {
        return await question(gateway);
      } catch (error) {
        if (!(error instanceof ClientError) || isAnswer(error)) {
          throw error;
        }
        errors.push(error);
      }
    }
    throw noneAnswered(errors);
  }
}

/** The error of gateways of which none answered. */
export function noneAnswered(errors: readonly ClientError[]): ClientError {
  const [only] = errors;
  return errors.length === 1 && only !== undefined ? only : new NoGatewayAnsweredError(errors);
}

/**
 * Tells whether another gateway would say the same: not after a timeout (408), under load (429), or with a fault (5xx).
 */
export function isAnswer(error: ClientError): boolean {
  if (error instanceof ProblemError) {
    const { status } = error.problem;
    return status >= 400 && status < 500 && status !== 408 && status !== 429;
  }
  // Whoever catches a gateway lying should hear of it.
  const isFinal = error instanceof InvalidUrlError || error instanceof GatewayUntrueError;
  return isFinal || error instanceof WrongNetworkError;
}
