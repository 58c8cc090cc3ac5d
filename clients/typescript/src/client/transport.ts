/** Requests over `fetch`, with a limit on every wait and every answer. */

import type { NetworkKind } from "../address.js";
import { problemCodec } from "../api/transactions.js";
import { concat } from "../bytes.js";
import type { JsonCodec } from "../codec/codec.js";
import { LojalError } from "../error.js";
import type { Json } from "../json.js";
import { parseJson } from "../json.js";
import type { SignedReadToken } from "../read-token.js";
import { readTokenToText } from "../read-token.js";
import type { Day } from "../time.js";
import type { ClientError } from "./error.js";
import {
  InterruptedError,
  InvalidUrlError,
  ProblemError,
  UnexpectedAnswerError,
  UnreachableError,
  WrongPathError,
} from "./error.js";

/** Longest wait for the whole answer to a question, in milliseconds. */
export const READ_TIMEOUT_MS = 10_000;
/** Longest wait for the whole answer when the gateway itself waits, at most 30 s, for a final block. */
export const COMMIT_TIMEOUT_MS = 35_000;
/** Longest wait for one piece of an export. */
export const EXPORT_TIMEOUT_MS = 300_000;
/** Largest answer in JSON or text, in bytes: a full block of 4 MiB is about four times that as JSON. */
export const ANSWER_BYTES_MAX = 32 * 1024 * 1024;
/** Largest piece of an export, in bytes. */
export const EXPORT_BYTES_MAX = 64 * 1024 * 1024;
/** Longest address of a gateway, in characters. */
export const URL_CHARS_MAX = 2048;

/** The code of a gateway's answer to a path that it doesn't know. */
const UNKNOWN_ROUTE = "unknown_route";

/** The errors of Node's sockets that come before anything is sent. */
const BEFORE_SENDING = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** A question to a gateway. */
export interface Question {
  /** The path, from `/` on. */
  readonly path: string;
  /** The parameters after the path, in this order. */
  readonly query?: readonly (readonly [string, string])[];
  /** The canonical bytes of a submission, or what `contentType` says; without them the question is a GET. */
  readonly body?: Uint8Array;
  /** The media type of the body, where it isn't canonical bytes. */
  readonly contentType?: "application/json";
  /** The method, where it isn't that of a question or a submission. */
  readonly method?: "DELETE";
  /** True if it is said who reads, though there is a body. */
  readonly isReadBy?: boolean;
  /** Longest wait for the whole answer, in milliseconds. */
  readonly timeoutMs?: number;
  /** Largest answer, in bytes. */
  readonly bytesMax?: number;
}

/** An answer that isn't a problem. */
export interface Answer {
  /** The HTTP status. */
  readonly status: number;
  /** The body. */
  readonly body: Uint8Array;
}

/** The body of an answer that doesn't end by itself. */
export interface Stream {
  /** The next part; null at the end. */
  next(): Promise<Uint8Array | null>;
  /** Ends it. */
  cancel(): Promise<void>;
}

/** Checks the address of a gateway, and answers with it without a slash at its end. */
export function gatewayUrl(text: string): string {
  const invalid = (reason: string): InvalidUrlError => new InvalidUrlError(text, reason);
  if (text.length > URL_CHARS_MAX) {
    throw invalid("it is too long");
  }
  if (!/^https?:\/\/[^/]/i.test(text)) {
    throw invalid("it doesn't start with http:// or https:// and a host");
  }
  if (!URL.canParse(text)) {
    throw invalid("it can't be read");
  }
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    throw invalid("it holds a user name, which gateways don't take");
  }
  if (/[?#]/.test(text)) {
    throw invalid("it has something after the path");
  }
  return text.replace(/\/+$/, "");
}

/** True if questions and answers go over a network without encryption, where others can read and change them. */
export function isExposed(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !isThisMachine(hostname);
}

/** Tells whether a host, in the form that `URL` gives it, is this machine. */
function isThisMachine(hostname: string): boolean {
  const name = hostname.replace(/\.$/, "");
  // RFC 6761, section 6.3: all names below localhost are this machine's.
  const isLocal = name === "localhost" || name.endsWith(".localhost");
  return isLocal || /^127(?:\.[0-9]+){3}$/.test(name) || name === "[::1]" || name.startsWith("[::ffff:7f");
}

/** One gateway, by its address. */
export class Transport {
  #token: string | null = null;

  constructor(
    /** The gateway's address. */
    readonly url: string,
    private readonly fetcher: typeof fetch,
  ) {}

  /** Says from now on who reads, with each question that isn't a submission; nobody with null. */
  readWith(token: SignedReadToken | null): void {
    this.#token = token === null ? null : readTokenToText(token);
  }
  /** The answer to a question. Throws a {@link ClientError}. */
  async ask(question: Question): Promise<Answer> {
    const { body, isReadBy = false, bytesMax = ANSWER_BYTES_MAX, timeoutMs = READ_TIMEOUT_MS } = question;
    const signal = AbortSignal.timeout(timeoutMs);
    const request: RequestInit = { signal, redirect: "manual", credentials: "omit", cache: "no-store" };
    const reader = this.#token !== null && (body === undefined || isReadBy) ? this.#token : null;
    request.headers = reader === null ? {} : { authorization: `Bearer ${reader}` };
    if (question.method !== undefined) {
      request.method = question.method;
    }
    if (body !== undefined) {
      request.method = "POST";
      request.headers = { ...request.headers, "content-type": question.contentType ?? "application/octet-stream" };
      request.body = body.slice();
    }
    const [response, content] = await this.#exchange(this.#address(question), request, bytesMax);
    if (response.ok) {
      return { status: response.status, body: content };
    }
    throw this.#refusal(response, content);
  }
  /** The answer to a question, as its codec reads it, if it is about what was asked. */
  async askAs<T>(
    codec: JsonCodec<T>,
    network: NetworkKind,
    question: Question,
    isAbout: (answer: T) => boolean = () => true,
  ): Promise<T> {
    const { status, body } = await this.ask(question);
    const json = this.#json(status, body);
    let answer: T;
    try {
      answer = codec.fromJson(json, network);
    } catch (error) {
      throw error instanceof LojalError ? this.unexpected(status, error.message, error) : error;
    }
    if (!isAbout(answer)) {
      throw this.unexpected(status, "it answers about something else");
    }
    return answer;
  }
  /** The body of an answer that comes as long as it isn't ended, with a limit on each silence. */
  async open(question: Question, signal: AbortSignal | undefined, silenceMs: number): Promise<Stream> {
    const controller = new AbortController();
    const abort = (): void => controller.abort(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted === true) {
      abort();
    }
    const within = async <T>(wait: Promise<T>, ms: number): Promise<T> => {
      const waiting = setTimeout(() => controller.abort(new Error("the gateway has fallen silent")), ms);
      try {
        return await wait;
      } catch (error) {
        throw error instanceof LojalError ? error : this.#failure(error);
      } finally {
        clearTimeout(waiting);
      }
    };
    const headers: Record<string, string> = this.#token === null ? {} : { authorization: `Bearer ${this.#token}` };
    const request: RequestInit = { headers, redirect: "manual", credentials: "omit", cache: "no-store" };
    const asked = this.fetcher(this.#address(question), { ...request, signal: controller.signal });
    const response = await within(asked, READ_TIMEOUT_MS);
    if (!response.ok || response.body === null) {
      throw this.#refusal(response, await within(this.#bodyOf(response, ANSWER_BYTES_MAX), READ_TIMEOUT_MS));
    }
    const reader = response.body.getReader();
    return {
      next: async () => (await within(reader.read(), silenceMs)).value ?? null,
      cancel: async () => {
        signal?.removeEventListener("abort", abort);
        controller.abort();
        await reader.cancel().catch(() => undefined);
      },
    };
  }
  /** The error of an answer that is not one of a gateway. */
  unexpected(status: number, reason: string, cause?: unknown): UnexpectedAnswerError {
    return new UnexpectedAnswerError(this.url, status, reason, { cause });
  }

  #address({ path, query = [] }: Question): string {
    // A blank is written as `%20` and nothing else, as in every other place.
    const pairs = query.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
    return this.url + path + (pairs.length === 0 ? "" : `?${pairs.join("&")}`);
  }
  async #exchange(url: string, request: RequestInit, bytesMax: number): Promise<readonly [Response, Uint8Array]> {
    try {
      const response = await this.fetcher(url, request);
      return [response, await this.#bodyOf(response, bytesMax)];
    } catch (error) {
      throw error instanceof LojalError ? error : this.#failure(error);
    }
  }
  async #bodyOf(response: Response, bytesMax: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let length = 0;
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
      length += part.value.length;
      if (length > bytesMax) {
        await reader?.cancel();
        throw this.unexpected(response.status, `it is longer than ${bytesMax} bytes`);
      }
      parts.push(part.value);
    }
    return concat(...parts);
  }
  #failure(error: unknown): ClientError {
    const cause = error instanceof Error ? error.cause : undefined;
    const code = String((cause as { readonly code?: unknown } | undefined)?.code ?? "");
    const reason = code !== "" ? code : error instanceof Error ? error.message : String(error);
    const isBefore = BEFORE_SENDING.has(code);
    return new (isBefore ? UnreachableError : InterruptedError)(this.url, reason, { cause: error });
  }
  #refusal(response: Response, content: Uint8Array): ClientError {
    const { status } = response;
    const type = response.headers.get("content-type") ?? "";
    if (!type.startsWith("application/problem+json")) {
      return this.unexpected(status, "it is no problem document");
    }
    try {
      // No address stands in a problem, so its kind of network doesn't matter to the reading.
      const problem = problemCodec.fromJson(this.#json(status, content), "test");
      if (problem.code === UNKNOWN_ROUTE) {
        return this.#unknownRoute(status);
      }
      const seconds = /^[0-9]{1,9}$/.exec(response.headers.get("retry-after") ?? "")?.[0];
      return new ProblemError(problem, seconds === undefined ? null : Number(seconds));
    } catch (error) {
      return this.unexpected(status, "it is no problem document", error);
    }
  }
  #unknownRoute(status: number): ClientError {
    if (new URL(this.url).pathname !== "/") {
      return new WrongPathError(this.url);
    }
    return this.unexpected(status, "it doesn't know this question: it is older or newer than this program");
  }
  #json(status: number, body: Uint8Array): Json {
    try {
      return parseJson(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
    } catch (error) {
      throw this.unexpected(status, error instanceof LojalError ? error.message : "it is no text", error);
    }
  }
}

/** The field of a query with a cursor, if there is one. */
export function cursorQuery(cursor: string | null): readonly (readonly [string, string])[] {
  return cursor === null ? [] : [["cursor", cursor]];
}

/** The field of a query with the day of a reference, if it is known. */
export function datedQuery(dated: Day | null): Question["query"] {
  return dated === null ? [] : [["dated", dated]];
}
