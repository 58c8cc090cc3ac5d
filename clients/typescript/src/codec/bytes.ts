/** The reading and writing of canonical bytes, [borsh](https://borsh.io). */

import { DecodeError } from "../error.js";

/** Bytes that grow. */
export class Writer {
  private bytes = new Uint8Array(256);
  private length = 0;

  /** Adds bytes as they are. */
  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }
  /** Adds a whole number of so many bytes, little-endian. */
  uint(value: bigint, width: number): void {
    this.reserve(width);
    let rest = value;
    for (let at = 0; at < width; at += 1) {
      this.bytes[this.length + at] = Number(rest & 0xffn);
      rest >>= 8n;
    }
    this.length += width;
  }
  /** Adds a whole number of so many bytes, at most 4, little-endian. */
  small(value: number, width: number): void {
    this.reserve(width);
    let rest = value;
    for (let at = 0; at < width; at += 1) {
      this.bytes[this.length + at] = rest & 0xff;
      rest = Math.floor(rest / 256);
    }
    this.length += width;
  }
  /** The bytes that were added. */
  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) {
      return;
    }
    const grown = new Uint8Array(Math.max(2 * this.bytes.length, this.length + more));
    grown.set(this.bytes);
    this.bytes = grown;
  }
}

/** Bytes that are read from the start to the end. */
export class Reader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** The next so many bytes. */
  raw(count: number): Uint8Array {
    if (this.bytes.length - this.at < count) {
      throw new DecodeError(`the bytes end where ${count} more are needed`);
    }
    this.at += count;
    return this.bytes.slice(this.at - count, this.at);
  }
  /** A whole number of so many bytes, little-endian. */
  uint(width: number): bigint {
    return this.raw(width).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }
  /** A whole number of so many bytes, at most 4, little-endian. */
  small(width: number): number {
    return this.raw(width).reduceRight((value, byte) => value * 256 + byte, 0);
  }
  /** True if all bytes have been read. */
  isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }
  /** Refuses bytes that nobody has read: "decoding rejects trailing bytes" (protocol, Bytes). */
  end(): void {
    if (!this.isAtEnd()) {
      throw new DecodeError(`there are ${this.bytes.length - this.at} bytes after the value`);
    }
  }
}
