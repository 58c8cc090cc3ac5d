/** The errors of this library: classes with codes that don't change, so that a program can tell them apart. */

/** An error of this library. */
export abstract class LojalError extends Error {
  /** The stable name of the reason. */
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Bytes that are not the canonical encoding of a value of their type. */
export class DecodeError extends LojalError {
  override readonly code = "malformed";
}

/** A value that has no canonical encoding: out of its range, or of a wrong length. */
export class EncodeError extends LojalError {
  override readonly code = "unencodable";
}

/** JSON that is none, or not of the form that was expected. */
export class JsonError extends LojalError {
  override readonly code = "malformed_json";
}

/** The kind of a text that was expected, the code of a {@link TextError}. */
export type TextKind =
  | "address"
  | "amount"
  | "audience"
  | "brand_id"
  | "currency"
  | "day"
  | "endpoint"
  | "hex"
  | "month"
  | "name"
  | "network"
  | "number"
  | "read_token"
  | "reference"
  | "time"
  | "toml"
  | "typed";

/** A text that is none of its kind. */
export class TextError extends LojalError {
  override readonly code: `invalid_${TextKind}`;

  constructor(
    readonly kind: TextKind,
    message: string,
  ) {
    super(message);
    this.code = `invalid_${kind}`;
  }
}

/** A value that breaks a rule which needs no ledger: a policy, terms, parameters, validators, a genesis document. */
export class RuleError extends LojalError {
  constructor(
    override readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** An error whose code is that of its family with its fault: `uri_expired`. */
export abstract class FaultError<Family extends string, Fault extends string> extends LojalError {
  override readonly code: `${Family}_${Fault}`;

  constructor(
    family: Family,
    /** The reason. */
    readonly fault: Fault,
    message: string,
  ) {
    super(message);
    this.code = `${family}_${fault}`;
  }
}

/** Throws an error that says that a case can't occur; the compiler checks that it can't. */
export function unreachable(value: never): never {
  throw new TypeError(`no such case: ${String(value)}`);
}
