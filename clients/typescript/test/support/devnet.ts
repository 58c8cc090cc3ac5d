/** A development network of its own for a test, on ports of its own, if the programs are built. */

import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { fromHex } from "../../src/bytes.js";
import { KeyPair } from "../../src/key.js";
import { KeyFile } from "../../src/wallet/key-file.js";
import type { Secret } from "../../src/wallet/key-file.js";
import { Passphrase } from "../../src/wallet/passphrase.js";
import { repository } from "./vectors.js";

/** The longest time that anything may take before a test gives up, in milliseconds. The machine may be busy. */
export const PATIENCE_MS = 120_000;
/** The passphrase of the wallets. */
export const PASSPHRASE = "devnet";

/** The directories that the programs may be in: that of the variable `LOJAL_PROGRAMS`, or those of the builds. */
function directories(): readonly string[] {
  const given = process.env["LOJAL_PROGRAMS"] ?? "";
  return given !== "" ? [given] : ["target/debug", "target/release"].map(repository);
}

/** The path of a program of the project; undefined if it isn't built. */
export function program(name: string): string | undefined {
  return directories()
    .map((directory) => join(directory, name))
    .find(existsSync);
}

/** The reason to skip a test that needs programs; false if they are built. */
export function skipWithout(...names: readonly string[]): string | false {
  const missing = names.filter((name) => program(name) === undefined);
  return missing.length === 0 ? false : `${missing.join(" and ")} isn't built: cargo build --bins, and again`;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

async function freePorts(): Promise<number> {
  for (let base = 33_000 + (process.pid % 80) * 300; base < 60_000; base += 300) {
    const ports = [0, 100, 200].flatMap((offset) => [0, 1, 2, 3].map((index) => base + offset + index));
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) {
      return base;
    }
  }
  throw new Error("no free ports for a network");
}

/** A running network of four. */
export class Devnet {
  private constructor(
    private readonly child: ChildProcess,
    /** The directory that `devnet` lies in. */
    readonly scratch: string,
    private readonly base: number,
  ) {}

  /** Starts one, with more arguments if there are some. */
  static async start(...more: readonly string[]): Promise<Devnet> {
    const node = program("lojal-node");
    assert.ok(node !== undefined);
    const [scratch, base] = [mkdtempSync(join(tmpdir(), "lojal-")), await freePorts()];
    const args = ["devnet", "--port-base", String(base), "--dir", join(scratch, "devnet"), ...more];
    const child = spawn(node, args, { stdio: ["pipe", "pipe", "pipe"] });
    const network = new Devnet(child, scratch, base);
    await network.#ready();
    return network;
  }
  /** The addresses of the gateways. */
  get urls(): readonly string[] {
    return [0, 1, 2, 3].map((index) => `http://127.0.0.1:${this.base + index}`);
  }
  /** The address of the metrics of the first node. */
  get admin(): string {
    return `http://127.0.0.1:${this.base + 200}`;
  }
  /** The key of the auditor, who may read everything. */
  auditor(): KeyPair {
    return KeyPair.fromSeed(fromHex(this.read("auditor.key").trim()));
  }
  /** The path of a file of the network. */
  path(name: string): string {
    return join(this.scratch, "devnet", name);
  }
  /** The text of a file of the network. */
  read(name: string): string {
    return readFileSync(this.path(name), "utf8");
  }
  /** The secret of a wallet. */
  secret(wallet: string): Secret {
    return KeyFile.fromJson(this.read(`wallets/${wallet}/key.json`)).unlock(Passphrase.toUnlock(PASSPHRASE));
  }
  /** Runs the wallet of the command line; answers with what it printed. */
  lojal(wallet: string, ...args: readonly string[]): string {
    const path = program("lojal");
    assert.ok(path !== undefined);
    const env = { ...process.env, LOJAL_PASSPHRASE: PASSPHRASE };
    const run = spawnSync(path, ["--home", this.path(`wallets/${wallet}`), ...args], { encoding: "utf8", env });
    assert.equal(run.status, 0, run.stderr);
    return run.stdout;
  }
  /** Stops the network as Ctrl-C does, and removes it. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGINT");
    const killing = setTimeout(() => this.child.kill("SIGKILL"), PATIENCE_MS);
    await ended;
    clearTimeout(killing);
    rmSync(this.scratch, { recursive: true, force: true });
  }

  /** Waits for the line that starts with `ready`. */
  #ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      let heard = "";
      const giveUp = (reason: string): void => {
        this.child.kill("SIGKILL");
        reject(new Error(`${reason}:\n${heard}`));
      };
      const waiting = setTimeout(() => giveUp("the network doesn't get ready"), PATIENCE_MS);
      const hear = (part: Buffer): void => {
        heard += part.toString();
        if (/^ready/m.test(heard)) {
          clearTimeout(waiting);
          resolve();
        }
      };
      this.child.stdout?.on("data", hear);
      this.child.stderr?.on("data", hear);
      this.child.once("exit", () => {
        clearTimeout(waiting);
        giveUp("the network has ended");
      });
    });
  }
}
