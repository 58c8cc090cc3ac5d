/**
 * What checking a proven balance takes in Node, without the network:
 *
 *     node bench/checking.mjs http://127.0.0.1:7800 genesis.toml tloj1… [ljr1_…]
 *
 * The gateway is asked once; then its answer is read and checked again and again. Build the client first.
 */

import { readFile } from "node:fs/promises";
import { Client, Genesis, Verifier, parseAddress, parseReadToken } from "../dist/src/index.js";

const ROUNDS = 500;
const [url, path, address, token] = process.argv.slice(2);
const genesis = Genesis.fromToml(await readFile(path, "utf8"));
let kept = "";
const keeping = async (...request) => {
  const answer = await fetch(...request);
  kept = await answer.clone().text();
  return answer;
};
const keeper = new Client(url, { network: genesis.network, fetch: keeping });
if (token !== undefined) {
  keeper.readWith(parseReadToken(token));
}
const account = parseAddress(address, genesis.network);
await keeper.accountProof(account);
const headers = { "content-type": "application/json" };
const offline = new Client(url, { network: genesis.network, fetch: async () => new Response(kept, { headers }) });

/** Checks again and again, each time by the verifier that `next` gives. */
async function check(what, next) {
  const times = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const verifier = next();
    const started = performance.now();
    const proven = await verifier.account(offline, account);
    times.push(performance.now() - started);
    if (!proven.account.exists) {
      throw new Error("the account doesn't exist: ask for one that has points");
    }
  }
  const [first, ...rest] = times;
  rest.sort((one, other) => one - other);
  const at = (part) => rest[Math.min(rest.length - 1, Math.floor(rest.length * part))].toFixed(2);
  console.log(`${what}: first ${first.toFixed(2)} ms, then p50 ${at(0.5)} ms, p99 ${at(0.99)} ms of ${ROUNDS}`);
}

await check("a block that is new", () => Verifier.of(genesis));
const verifier = Verifier.of(genesis);
await check("the block of the time before", () => verifier);
