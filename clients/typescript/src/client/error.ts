/** The errors between a client and a gateway. */

import type { Problem } from "../api/transactions.js";
import { LojalError } from "../error.js";
import type { ChainId, Height } from "../ids.js";

/** A reason there is no answer, or not the one that was hoped for. */
export abstract class ClientError extends LojalError {}

/** An address that can't be a gateway's. */
export class InvalidUrlError extends ClientError {
  override readonly code = "invalid_url";

  constructor(
    /** The address. */
    readonly url: string,
    reason: string,
  ) {
    super(`${url} is no address of a gateway: ${reason}; write it like https://gateway.example.org`);
  }
}

/** No connection. The request was certainly not sent. */
export class UnreachableError extends ClientError {
  override readonly code = "unreachable";

  constructor(
    /** The gateway. */
    readonly url: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`the gateway ${url} can't be reached (${reason}): check the address and the network`, options);
  }
}

/**
 * A connection that broke, or a time that was up, before the answer was complete. The gateway may have the request.
 * Browsers don't say why a request failed, so there it is this error also if nothing was sent.
 */
export class InterruptedError extends ClientError {
  override readonly code = "interrupted";

  constructor(
    /** The gateway. */
    readonly url: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`no complete answer from the gateway ${url} (${reason}): ask again, or use another gateway`, options);
  }
}

/** A gateway that understands, and says no. Its code is that of the problem. */
export class ProblemError extends ClientError {
  override readonly code: string;

  constructor(
    /** The problem. */
    readonly problem: Problem,
    /** The seconds after which to ask again, if the gateway says so. */
    readonly retryAfterS: number | null = null,
  ) {
    super(`${problem.detail} (${problem.code})`);
    this.code = problem.code;
  }
}

/** A gateway that has nothing at the path of its address. */
export class WrongPathError extends ClientError {
  override readonly code = "wrong_path";

  constructor(
    /** The gateway's address. */
    readonly url: string,
  ) {
    super(`the gateway has nothing at the path in ${url}: leave the path out of its address`);
  }
}

/** An answer that is not one of a gateway. */
export class UnexpectedAnswerError extends ClientError {
  override readonly code = "unexpected_answer";

  constructor(
    /** The gateway that answered. */
    readonly url: string,
    /** The HTTP status. */
    readonly status: number,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`${url} doesn't answer as a gateway does (HTTP status ${status}: ${reason}): check the address`, options);
  }
}

/** An answer that contradicts itself, or what is proven. */
export class GatewayUntrueError extends ClientError {
  override readonly code = "gateway_untrue";

  constructor(
    /** The gateway that answered. */
    readonly url: string,
    reason: string,
    options?: ErrorOptions,
  ) {
    super(`${url} says what can't be true (${reason}): don't rely on it, and use another gateway`, options);
  }
}

/** A gateway whose answer is true as far as it goes, and older than what is known already. */
export class BehindError extends ClientError {
  override readonly code = "gateway_behind";

  constructor(
    /** The gateway that answered. */
    readonly url: string,
    reason: string,
  ) {
    super(`${url} is behind (${reason}): ask again in a moment, or use another gateway`);
  }
}

/** A gateway that shows more changes of the validators than are followed. */
export class TooManyChangesError extends ClientError {
  override readonly code = "too_many_changes";

  constructor(
    /** The gateway that answered. */
    readonly url: string,
    most: number,
    /** The block from which on they were followed. */
    readonly from: Height,
  ) {
    const what = `${url} shows more than ${most} changes of the validators after block ${from}`;
    super(`${what}: start from a later block that you trust, as a pin`);
  }
}

/** A gateway that serves another network. */
export class WrongNetworkError extends ClientError {
  override readonly code = "wrong_network";

  constructor(
    /** The gateway. */
    readonly url: string,
    /** Its network. */
    readonly found: ChainId,
    /** The network that was expected. */
    readonly expected: ChainId,
  ) {
    super(`${url} serves network ${found}, but this program belongs to network ${expected}: use another gateway`);
  }
}

/** Several gateways of which none answered. */
export class NoGatewayAnsweredError extends ClientError {
  override readonly code = "no_gateway_answered";

  constructor(
    /** The error of each. */
    readonly errors: readonly ClientError[],
  ) {
    super(["none of the gateways answered:", ...errors.map((error) => `  ${error.message}`)].join("\n"));
  }
}

/** True if an error is the problem with that code. */
export function isProblem(error: unknown, code: string): error is ProblemError {
  return error instanceof ProblemError && error.code === code;
}
