/** A typed client of the gateway: one method per route (docs/api.md). */

import { HistoryError, isSameActivity, NO_ACTIVITY } from "../activity.js";
import type { Address, NetworkKind } from "../address.js";
import { addressToText, isHousehold } from "../address.js";
import type { Account, AccountProof, AccountRecovery, History, Household } from "../api/accounts.js";
import { accountCodec, accountProofCodec, accountRecoveryCodec } from "../api/accounts.js";
import { historyCodec, householdCodec } from "../api/accounts.js";
import type { BrandMotions } from "../api/brand-motions.js";
import { brandMotionsCodec } from "../api/brand-motions.js";
import type { BrandAnswer, Brands, IssueAnswer, Netting, Operators, Partnerships, Reversal } from "../api/brands.js";
import {
  brandAnswerCodec,
  brandsCodec,
  issueAnswerCodec,
  nettingCodec,
  operatorsCodec,
  partnershipsCodec,
  reversalCodec,
} from "../api/brands.js";
import type { LightBlock, LightChanges, LightValidators } from "../api/light.js";
import { lightBlockCodec, lightChangesCodec, lightValidatorsCodec } from "../api/light.js";
import type { GovernanceAnswer, Motion, Status, Validators } from "../api/network.js";
import { governanceAnswerCodec, motionCodec, statusCodec, validatorsCodec } from "../api/network.js";
import type { ReferenceKind, UsedReference } from "../api/references.js";
import { usedReferenceCodec } from "../api/references.js";
import type { Simulation } from "../api/simulation.js";
import { simulationCodec } from "../api/simulation.js";
import type { BatchAnswer, BlockAnswer, Payment, TransactionStatus } from "../api/transactions.js";
import {
  batchAnswerCodec,
  blockAnswerCodec,
  paymentCodec,
  provenTransactionCodec,
  transactionStatusCodec,
} from "../api/transactions.js";
import type { VoucherUse } from "../api/vouchers.js";
import { voucherUseCodec } from "../api/vouchers.js";
import type { BrandId } from "../brand.js";
import { fromHex } from "../bytes.js";
import type { SavedReceipt } from "../chain/inclusion.js";
import { checkReceipt, transactionProofCodec } from "../chain/inclusion.js";
import { LightChain } from "../chain/light.js";
import type { JsonCodec } from "../codec/codec.js";
import { decode, encode } from "../codec/codec.js";
import { LojalError } from "../error.js";
import type { Genesis } from "../genesis.js";
import type { MotionId } from "../governance/motion.js";
import type { Hash, Height, TransactionId } from "../ids.js";
import type { Audience, SignedReadToken } from "../read-token.js";
import { audienceOf } from "../read-token.js";
import type { Reference } from "../reference.js";
import type { Day } from "../time.js";
import type { SignedTransaction, UnsignedTransaction } from "../transaction.js";
import { batchCodec, encodeSigned, unsignedTransactionCodec } from "../transaction.js";
import { GatewayUntrueError } from "./error.js";
import type { EventsOf, EventsOptions, Told } from "./events.js";
import { streamEvents } from "./events.js";
import { followValidators } from "./follow.js";
import { activityAfter } from "./history.js";
import { PushClient } from "./push.js";
import type { Question } from "./transport.js";
import { WebhookClient } from "./webhooks.js";
import {
  COMMIT_TIMEOUT_MS,
  cursorQuery,
  datedQuery,
  EXPORT_BYTES_MAX,
  EXPORT_TIMEOUT_MS,
  gatewayUrl,
  isExposed,
  READ_TIMEOUT_MS,
  Transport,
} from "./transport.js";

/** The settings of a client. */
export interface ClientOptions {
  /** The kind of the gateway's network, which decides the prefix that addresses carry. */
  readonly network: NetworkKind;
  /** The function that sends requests, if it isn't the global one. */
  readonly fetch?: typeof fetch;
}

/**
 * A gateway, by its address. Its answers are its word: what is proven are other types (`CertifiedHeader`, `Proven`).
 * Every method throws a `ClientError` when there is no answer, or another one; a `ProblemError` has the gateway's code.
 */
export class Client {
  /** The kind of the gateway's network. */
  readonly network: NetworkKind;
  /** The brand's webhooks at this gateway. */
  readonly webhooks: WebhookClient;
  /** The browsers to which this gateway pushes. */
  readonly push: PushClient;
  /** The way to the gateway, for the questions of a `ListClient`. */
  readonly transport: Transport;

  /** A client of the gateway at `url`, such as `https://gateway.example.org`. Nothing is sent yet. */
  constructor(url: string, options: ClientOptions) {
    this.network = options.network;
    const fetcher = options.fetch ?? ((...request: Parameters<typeof fetch>) => fetch(...request));
    this.transport = new Transport(gatewayUrl(url), fetcher);
    this.push = new PushClient(this.transport, options.network);
    this.webhooks = new WebhookClient(this.transport, options.network);
  }
  /** The gateway's address. */
  get url(): string {
    return this.transport.url;
  }
  /** True if what is asked and answered goes over a network without encryption, where others can read and change it. */
  get isExposed(): boolean {
    return isExposed(this.url);
  }

  /** The host that tokens for this gateway are for. */
  get audience(): Audience {
    return audienceOf(this.url);
  }
  /** Says from now on who reads, with each question; nobody with null. */
  readWith(token: SignedReadToken | null): void {
    this.transport.readWith(token);
  }

  /** `GET /v1/status`: which network, and how far it has come. */
  status(): Promise<Status> {
    return this.#get(statusCodec, "/v1/status");
  }
  /** `GET /readyz`: returns when the node has caught up with its network; throws a problem while it hasn't. */
  async ready(): Promise<void> {
    await this.transport.ask({ path: "/readyz" });
  }
  /** `GET /v1/genesis`: the genesis document as TOML. Whoever trusts it must have its chain id from elsewhere. */
  async genesis(): Promise<string> {
    const { body, status } = await this.transport.ask({ path: "/v1/genesis" });
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(body);
    } catch (error) {
      throw this.transport.unexpected(status, "the genesis document is no text", error);
    }
  }
  /** `GET /v1/brands`: all brands. */
  brands(): Promise<Brands> {
    return this.#get(brandsCodec, "/v1/brands");
  }
  /** `GET /v1/brands/{id}`: one brand; `unknown_brand` if there is none. */
  brand(id: BrandId): Promise<BrandAnswer> {
    return this.#get(brandAnswerCodec, `/v1/brands/${id}`, [], (brand) => brand.id === id);
  }
  /** `GET /v1/brands/{id}/motions`: what a brand's admins are about to decide; `unknown_brand` if there is none. */
  brandMotions(brand: BrandId): Promise<BrandMotions> {
    return this.#get(brandMotionsCodec, `/v1/brands/${brand}/motions`);
  }
  /** `GET /v1/brands/{id}/operators`: who acts for a brand; `unknown_brand` if there is none. */
  operators(brand: BrandId): Promise<Operators> {
    return this.#get(operatorsCodec, `/v1/brands/${brand}/operators`);
  }
  /** `GET /v1/brands/{id}/issues/{reference}`: an issue, and what can still be taken back of it. */
  issue(brand: BrandId, reference: Reference, dated: Day | null = null): Promise<IssueAnswer> {
    return this.#get(issueAnswerCodec, `/v1/brands/${brand}/issues/${reference}`, datedQuery(dated));
  }
  /**
   * `GET /v1/brands/{id}/reversals/{reference}`: the points that a reversal took, for its brand or whoever knows its
   * transaction.
   */
  reversal(
    brand: BrandId,
    reference: Reference,
    dated: Day | null = null,
    transaction: TransactionId | null = null,
  ): Promise<Reversal> {
    const known = transaction === null ? [] : ([["transaction", transaction]] as const);
    const query = [...(datedQuery(dated) ?? []), ...known];
    return this.#get(reversalCodec, `/v1/brands/${brand}/reversals/${reference}`, query);
  }
  /**
   * `GET /v1/brands/{id}/references/{kind}/{reference}`: the use of a reference, and what became of that;
   * `unknown_reference` if it isn't used, as far as the ledger remembers.
   */
  reference(
    brand: BrandId,
    kind: ReferenceKind,
    reference: Reference,
    dated: Day | null = null,
  ): Promise<UsedReference> {
    return this.#get(usedReferenceCodec, `/v1/brands/${brand}/references/${kind}/${reference}`, datedQuery(dated));
  }
  /** `GET /v1/accounts/{address}`: what an account holds; an account that never received points holds nothing. */
  account(address: Address): Promise<Account> {
    return this.#get(accountCodec, `/v1/accounts/${this.#text(address)}`, [], (one) => one.address === address);
  }
  /** `GET /v1/accounts/{address}/proof`: the proofs of what an account holds, which a `Verifier` checks. */
  accountProof(address: Address): Promise<AccountProof> {
    return this.#get(accountProofCodec, `/v1/accounts/${this.#text(address)}/proof`);
  }
  /**
   * `GET /v1/accounts/{address}/transactions`: an account's transactions, the newest first; the next page is asked for
   * with the cursor of the one before. A page follows from what it says was before it, and the first one leads to what
   * it says is the account's activity; a `GatewayUntrueError` if it doesn't. A brand that sees its own points only
   * (`onlyOf`) has no such check.
   */
  async history(address: Address, limit: number, cursor: string | null = null): Promise<History> {
    const path = `/v1/accounts/${this.#text(address)}/transactions`;
    const query = [["limit", String(limit)], ...(cursor === null ? [] : [["cursor", cursor]])] as [string, string][];
    const page = await this.#get(historyCodec, path, query);
    if (page.onlyOf !== null) {
      return page;
    }
    const after = this.#checked(address, () => activityAfter(page));
    const isGone = isHousehold(address) && page.head === null;
    if (cursor === null && !isGone && !isSameActivity(after, page.head ?? NO_ACTIVITY)) {
      const reason = `the transactions up to number ${after.count} aren't those that are counted`;
      throw this.#untrueHistory(address, reason);
    }
    return page;
  }
  /** `GET /v1/accounts/{address}/recovery`: its keys and guardians, for those who help it. */
  recovery(address: Address): Promise<AccountRecovery> {
    const path = `/v1/accounts/${this.#text(address)}/recovery`;
    return this.#get(accountRecoveryCodec, path, [], (one) => one.address === address);
  }
  /** `GET /v1/households/{address}`: a household's members and invitations; `unknown_household` if there is none. */
  household(address: Address): Promise<Household> {
    return this.#get(householdCodec, `/v1/households/${this.#text(address)}`);
  }
  /** `GET /v1/partnerships`: a page of all partnerships and proposals; the next one by the cursor of the one before. */
  partnerships(cursor: string | null = null): Promise<Partnerships> {
    return this.#get(partnershipsCodec, "/v1/partnerships", cursorQuery(cursor));
  }
  /**
   * `GET /v1/netting`: what all brands owe each other, after the last block, which has to be that of `height` if given.
   */
  netting(height: Height | null = null, cursor: string | null = null): Promise<Netting> {
    const at = height === null ? [] : ([["height", String(height)]] as const);
    return this.#get(nettingCodec, "/v1/netting", [...at, ...cursorQuery(cursor)]);
  }
  /** `GET /v1/validators`: the validators that decide the next block, with their seats. */
  validators(): Promise<Validators> {
    return this.#get(validatorsCodec, "/v1/validators");
  }
  /** `GET /v1/governance`: what is decided about the network as a whole, and the motions. */
  governance(): Promise<GovernanceAnswer> {
    return this.#get(governanceAnswerCodec, "/v1/governance");
  }
  /** `GET /v1/governance/{id}`: a motion; `unknown_motion` if there is none, or none any more, with this number. */
  motion(motion: MotionId): Promise<Motion> {
    return this.#get(motionCodec, `/v1/governance/${motion}`, [], (one) => one.motion === motion);
  }
  /** `GET /v1/payments/{reference}`: what has answered a till's request; `unknown_reference` while nothing has. */
  payment(reference: Reference, dated: Day | null = null): Promise<Payment> {
    return this.#get(paymentCodec, `/v1/payments/${reference}`, datedQuery(dated));
  }
  /** `GET /v1/uses/{reference}`: the use of a voucher that has answered a till's request; likewise. */
  voucherUse(reference: Reference, dated: Day | null = null): Promise<VoucherUse> {
    return this.#get(voucherUseCodec, `/v1/uses/${reference}`, datedQuery(dated));
  }
  /**
   * `GET /v1/transactions/{id}`: a transaction and what became of it; `unknown_transaction` if it is neither waiting
   * nor on the ledger.
   */
  transaction(id: TransactionId): Promise<TransactionStatus> {
    return this.#get(transactionStatusCodec, `/v1/transactions/${id}`, [], (status) => status.id === id);
  }
  /**
   * `GET /v1/transactions/{id}/proof`: a transaction of the ledger with its receipt, proven by the genesis document; a
   * `GatewayUntrueError` if it isn't.
   */
  async receipt(id: TransactionId, genesis: Genesis): Promise<SavedReceipt> {
    const answer = await this.#get(provenTransactionCodec, `/v1/transactions/${id}/proof`);
    const untrue = (reason: string, cause?: unknown): GatewayUntrueError => {
      return new GatewayUntrueError(this.url, `of the proof of transaction ${id}, ${reason}`, { cause });
    };
    const told = <T>(check: () => T): T => {
      try {
        return check();
      } catch (error) {
        throw error instanceof LojalError ? untrue(error.message, error) : error;
      }
    };
    const proof = told(() => decode(transactionProofCodec, fromHex(answer.proof)));
    if (proof.receipt.transaction !== id) {
      throw untrue("it is of another one");
    }
    const { changes } = await followValidators(this, LightChain.from(genesis), proof.header.height);
    const saved = { changes, proof };
    told(() => checkReceipt(saved, genesis));
    return saved;
  }
  /**
   * `POST /v1/transactions`: submits a transaction. With `wait`, the answer comes when it is final, or says that it is
   * still waiting after the gateway's limit. After an `InterruptedError` or `UnexpectedAnswerError` nobody knows yet
   * whether the gateway has it: ask by its id, or submit the same again.
   */
  submit(signed: SignedTransaction, wait: boolean): Promise<TransactionStatus> {
    return this.submitBytes(encodeSigned(signed), wait);
  }
  /** As {@link Client.submit}, of the canonical bytes. */
  submitBytes(bytes: Uint8Array, wait: boolean): Promise<TransactionStatus> {
    return this.#post(transactionStatusCodec, "/v1/transactions", bytes, wait);
  }
  /** `POST /v1/transactions/batch`: submits many transactions, each accepted or refused on its own. */
  submitBatch(signed: readonly SignedTransaction[], wait: boolean): Promise<BatchAnswer> {
    return this.#post(batchAnswerCodec, "/v1/transactions/batch", encode(batchCodec, signed), wait);
  }
  /**
   * `POST /v1/simulate`: the effect that a transaction would have in the next block; nothing is sent on. Nobody has to
   * have signed it, but whoever asks must be able to read its sender.
   */
  simulate({ transaction, publicKey }: UnsignedTransaction): Promise<Simulation> {
    const body = encode(unsignedTransactionCodec, { transaction, publicKey });
    return this.#ask(simulationCodec, { path: "/v1/simulate", body, isReadBy: true }, () => true);
  }
  /**
   * `GET /v1/events`: the events of an account or a brand, as they happen, until the gateway ends the stream;
   * `watchEvents` goes on at the next one then.
   */
  events(of: EventsOf, options: EventsOptions = {}): AsyncGenerator<Told, void, undefined> {
    return streamEvents(this.transport, of, this.network, options);
  }
  /** `GET /v1/blocks/{height}`: a block. */
  block(height: Height): Promise<BlockAnswer> {
    return this.#get(blockAnswerCodec, `/v1/blocks/${height}`, [], (block) => block.header.height === height);
  }
  /** `GET /v1/blocks/latest`: the last final block. */
  latestBlock(): Promise<BlockAnswer> {
    return this.#get(blockAnswerCodec, "/v1/blocks/latest");
  }
  /** `GET /v1/light/changes`: changes of the validators after a height, in order; `followValidators` checks them. */
  lightChanges(after: Height, limit: number): Promise<LightChanges> {
    const query = [
      ["after", String(after)],
      ["limit", String(limit)],
    ] as const;
    return this.#get(lightChangesCodec, "/v1/light/changes", query);
  }
  /** `GET /v1/light/blocks/{height}`: a header with its certificate; without a height those of the last block. */
  lightBlock(height: Height | null = null): Promise<LightBlock> {
    const isAbout = (block: LightBlock): boolean => height === null || block.header.height === height;
    return this.#get(lightBlockCodec, `/v1/light/blocks/${height ?? "latest"}`, [], isAbout);
  }
  /** `GET /v1/light/validators/{hash}`: the validators that a header commits to; `unknown_validators` without any. */
  lightValidators(hash: Hash): Promise<LightValidators> {
    return this.#get(lightValidatorsCodec, `/v1/light/validators/${hash}`, [], (answer) => answer.hash === hash);
  }
  /** `GET /v1/export`: up to `limit` blocks from a height on with their certificates, as bytes for an auditor. */
  async export(from: Height, limit: number): Promise<Uint8Array> {
    const query = [
      ["from", String(from)],
      ["limit", String(limit)],
    ] as const;
    const limits = { timeoutMs: EXPORT_TIMEOUT_MS, bytesMax: EXPORT_BYTES_MAX };
    return (await this.transport.ask({ path: "/v1/export", query, ...limits })).body;
  }
  /** `GET /metrics`: numbers about the node, in the text form of Prometheus; at the node's admin address only. */
  async metrics(): Promise<string> {
    return new TextDecoder().decode((await this.transport.ask({ path: "/metrics" })).body);
  }

  /** The error of a gateway that has shown a history of an account with a fault. */
  #untrueHistory(address: Address, reason: string, cause?: unknown): GatewayUntrueError {
    return new GatewayUntrueError(this.url, `of the history of ${this.#text(address)}, ${reason}`, { cause });
  }
  #checked<T>(address: Address, check: () => T): T {
    try {
      return check();
    } catch (error) {
      throw error instanceof HistoryError ? this.#untrueHistory(address, error.message, error) : error;
    }
  }
  #text(address: Address): string {
    return addressToText(address, this.network);
  }
  #get<T>(
    codec: JsonCodec<T>,
    path: string,
    query: Question["query"] = [],
    isAbout: (answer: T) => boolean = () => true,
  ): Promise<T> {
    return this.#ask(codec, { path, query }, isAbout);
  }
  #post<T>(codec: JsonCodec<T>, path: string, body: Uint8Array, wait: boolean): Promise<T> {
    const query = wait ? ([["wait", "committed"]] as const) : [];
    const timeoutMs = wait ? COMMIT_TIMEOUT_MS : READ_TIMEOUT_MS;
    return this.#ask(codec, { path, query, body, timeoutMs }, () => true);
  }
  #ask<T>(codec: JsonCodec<T>, question: Question, isAbout: (answer: T) => boolean): Promise<T> {
    return this.transport.askAs(codec, this.network, question, isAbout);
  }
}
