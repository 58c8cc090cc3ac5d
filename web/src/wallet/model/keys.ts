/** The worker that opens and seals key files: Argon2id takes a second, and no secret gets out of it. */

import type { OpaqueParts, PublicKey } from "@lojal/client";
import { OpaqueKey } from "@lojal/client";

import { scriptUrl } from "../../shared/policy.js";
import type { Envelope, PasskeyPlace } from "./envelope.js";
import workerUrl from "./keys.worker.ts?worker&url";

/** A question to the worker. */
export type KeyTask =
  | { readonly type: "unlock"; readonly file: string; readonly passphrase: string }
  | {
      readonly type: "seal";
      readonly words: string;
      readonly rotation: number;
      readonly passphrase: string;
      readonly network: "main" | "test";
    }
  | {
      readonly type: "enclose";
      readonly file: string;
      readonly passphrase: string;
      readonly place: PasskeyPlace;
      readonly output: CryptoKey;
    }
  | { readonly type: "open"; readonly file: string; readonly envelope: Envelope; readonly output: CryptoKey }
  | { readonly type: "derive"; readonly words: string; readonly rotation: number }
  | { readonly type: "next"; readonly file: string; readonly passphrase: string }
  | {
      readonly type: "adopt";
      readonly file: string;
      readonly passphrase: string;
      readonly address: string;
    }
  | { readonly type: "words"; readonly file: string; readonly passphrase: string };

/** Its answer. A key in it signs, and can't be read. */
export interface KeyAnswer {
  readonly file?: string;
  /** The account of the file. */
  readonly address?: string;
  readonly key?: OpaqueParts;
  readonly publicKey?: PublicKey;
  readonly words?: string | null;
  readonly envelope?: Envelope;
}

/** The message that comes back: the answer, or the code and the words of an error. */
export type KeyReply =
  | { readonly id: number; readonly answer: KeyAnswer }
  | { readonly id: number; readonly code: string; readonly message: string };

/** An error of the worker, with the code of the library's. */
export class KeyTaskError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

let worker: Worker | undefined;
let last = 0;
const waiting = new Map<number, { resolve(answer: KeyAnswer): void; reject(error: Error): void }>();

function start(): Worker {
  const started = new Worker(scriptUrl(workerUrl), { type: "module" });
  started.onmessage = ({ data }: MessageEvent<KeyReply>) => {
    const asker = waiting.get(data.id);
    waiting.delete(data.id);
    if ("answer" in data) {
      asker?.resolve(data.answer);
    } else {
      asker?.reject(new KeyTaskError(data.code, data.message));
    }
  };
  started.onerror = () => {
    waiting.forEach(({ reject }) => reject(new KeyTaskError("worker", "the worker of keys has failed")));
    waiting.clear();
    worker = undefined;
  };
  return started;
}

/** Has a task done. */
export function ask(task: KeyTask): Promise<KeyAnswer> {
  worker ??= start();
  const id = (last += 1);
  const asked = new Promise<KeyAnswer>((resolve, reject) => waiting.set(id, { resolve, reject }));
  worker.postMessage({ ...task, id });
  return asked;
}

/** A way to open a key file. */
export type Opener = (file: string) => Promise<KeyAnswer>;

/** Opens with a passphrase. */
export function byPassphrase(passphrase: string): Opener {
  return (file) => ask({ type: "unlock", file, passphrase });
}

/** The key of an answer. */
export function signerOf({ key }: KeyAnswer): OpaqueKey {
  if (key === undefined) {
    throw new KeyTaskError("worker", "the worker gave no key");
  }
  return OpaqueKey.from(key);
}

/** True if this browser can keep a key that nobody can read. */
export async function canKeepKeys(): Promise<boolean> {
  if (!isSecureContext || typeof indexedDB === "undefined") {
    return false;
  }
  try {
    await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
    return true;
  } catch {
    return false;
  }
}
