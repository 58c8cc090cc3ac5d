/** Opens and seals key files, away from the page. What it hands out signs and can't be read, but for the words. */

import type { KeyPair, Secret } from "@lojal/client";
import {
  addressToText,
  Backup,
  KeyFile,
  keyOf,
  LojalError,
  nextSecret,
  OpaqueKey,
  parseAddressText,
  Passphrase,
  secretBytes,
} from "@lojal/client";

import { openEnvelope, sealEnvelope } from "./envelope.js";
import type { KeyAnswer, KeyReply, KeyTask } from "./keys.js";

/** An envelope that doesn't open a key file: its passkey, its file, or itself is another. */
class EnvelopeError extends LojalError {
  override readonly code = "passkey_other";
}

async function opaque(key: KeyPair): Promise<Pick<KeyAnswer, "key" | "publicKey">> {
  return { key: (await OpaqueKey.of(key)).parts(), publicKey: key.publicKey };
}

function unlocked(file: string, passphrase: string): Secret {
  return KeyFile.fromJson(file).unlock(Passphrase.toUnlock(passphrase));
}

async function answer(task: KeyTask): Promise<KeyAnswer> {
  switch (task.type) {
    case "unlock": {
      const { address } = KeyFile.fromJson(task.file);
      return { address, ...(await opaque(keyOf(unlocked(task.file, task.passphrase)))) };
    }
    case "seal": {
      const secret: Secret = { type: "backup", backup: Backup.fromWords(task.words), rotation: task.rotation };
      // An account has the address of its first key for ever.
      const address = addressToText(secret.backup.key(0).address(), task.network);
      const file = KeyFile.seal(address, secret, Passphrase.create(task.passphrase)).toJson();
      return { file, address, ...(await opaque(keyOf(secret))) };
    }
    case "enclose": {
      const secret = secretBytes(unlocked(task.file, task.passphrase));
      const { address } = KeyFile.fromJson(task.file);
      return { envelope: await sealEnvelope(task.place, task.output, address, secret) };
    }
    case "open": {
      const file = KeyFile.fromJson(task.file);
      const bytes = await openEnvelope(task.envelope, task.output, file.address);
      const secret = bytes === null ? null : file.secretOf(bytes);
      if (secret === null) {
        throw new EnvelopeError("the passkey doesn't open this key file");
      }
      return { address: file.address, ...(await opaque(keyOf(secret))) };
    }
    case "derive":
      return opaque(Backup.fromWords(task.words).key(task.rotation));
    case "next": {
      const next = nextSecret(unlocked(task.file, task.passphrase));
      const { address } = KeyFile.fromJson(task.file);
      // The passphrase has just opened a file, so it may be as short as an older one.
      const file = KeyFile.seal(address, next, Passphrase.toUnlock(task.passphrase)).toJson();
      return { file, address, ...(await opaque(keyOf(next))) };
    }
    case "adopt": {
      // The same key under the address of an account that it signs for now.
      const { address } = parseAddressText(task.address);
      const { network } = parseAddressText(KeyFile.fromJson(task.file).address);
      const secret = unlocked(task.file, task.passphrase);
      const text = addressToText(address, network);
      const file = KeyFile.seal(text, secret, Passphrase.toUnlock(task.passphrase)).toJson();
      return { file, address: text, ...(await opaque(keyOf(secret))) };
    }
    case "words": {
      const secret = unlocked(task.file, task.passphrase);
      return { words: secret.type === "backup" ? secret.backup.words() : null };
    }
  }
}

addEventListener("message", ({ data }: MessageEvent<KeyTask & { readonly id: number }>) => {
  const { id } = data;
  answer(data).then(
    (result) => postMessage({ id, answer: result } satisfies KeyReply),
    (error: unknown) => {
      const code = error instanceof LojalError ? error.code : "worker";
      postMessage({ id, code, message: String(error) } satisfies KeyReply);
    },
  );
});
