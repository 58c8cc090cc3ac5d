import assert from "node:assert/strict";
import { test } from "node:test";

import { lightBlockCodec, lightChangesCodec, lightValidatorsCodec } from "../src/api/light.js";
import { fromHex } from "../src/bytes.js";
import type { SetChange } from "../src/chain/light.js";
import { LightChain, setChangeCodec } from "../src/chain/light.js";
import { Client } from "../src/client/client.js";
import { followFromPin, followValidators, latestHeader } from "../src/client/follow.js";
import { decode } from "../src/codec/codec.js";
import { blockId } from "../src/block.js";
import { Genesis } from "../src/genesis.js";
import type { BlockId, ChainId, Height } from "../src/ids.js";
import { withServer } from "./support/gateway.js";
import type { Asked, Reply } from "./support/server.js";
import { problem } from "./support/server.js";
import { field, listIn, text, vectors } from "./support/vectors.js";

const vector = vectors("light").find(({ output }) => listIn(field(output, "changes")).length > 2);
assert.ok(vector);
const genesis = Genesis.fromToml(listIn(field(vector.input, "genesis")).map(text).join("\n"));
const changes = listIn(field(vector.output, "changes")).map((one) => {
  return decode(setChangeCodec, fromHex(text(field(one, "borsh"))));
});
const [first, second, third] = changes as [SetChange, SetChange, SetChange];

/** What a gateway shows: changes, one at a time, and as its last header that of the last change. */
interface Shown {
  readonly changes: readonly SetChange[];
  readonly last: SetChange;
  /** The block up to which it says that it has all changes. */
  readonly height: Height;
}

const HONEST: Shown = { changes, last: third, height: third.header.height };

function answer(shown: Shown, { path }: Asked): Reply {
  const after = /^\/v1\/light\/changes\?after=([0-9]+)&limit=100$/.exec(path)?.[1];
  if (after !== undefined) {
    const later = shown.changes.filter(({ header }) => header.height > BigInt(after));
    const page = { changes: later.slice(0, 1), more: later.length > 1, height: shown.height };
    return { status: 200, json: lightChangesCodec.toJson(page, genesis.network) };
  }
  const hash = /^\/v1\/light\/validators\/([0-9a-f]+)$/.exec(path)?.[1];
  const set = shown.changes.map(({ next }) => next).find((next) => next.hash(genesis.chainId) === hash);
  if (set !== undefined) {
    const found = { hash: set.hash(genesis.chainId), set };
    return { status: 200, json: lightValidatorsCodec.toJson(found, genesis.network) };
  }
  const at = /^\/v1\/light\/blocks\/([a-z0-9]+)$/.exec(path)?.[1];
  const block = at === "latest" ? shown.last : changes.find(({ header }) => String(header.height) === at);
  if (block === undefined) {
    return problem(404, "unknown_block");
  }
  const { header, certificate } = block;
  return { status: 200, json: lightBlockCodec.toJson({ id: blockId(header), header, certificate }, genesis.network) };
}

/** Uses a gateway that shows this. */
function withShown<T>(shown: Shown, use: (client: Client) => Promise<T>): Promise<T> {
  return withServer(
    (asked) => answer(shown, asked),
    (server) => use(new Client(server.url, { network: genesis.network })),
  );
}

test("every change is followed to the last header, and the chain that was given stays as it was", async () => {
  const from = LightChain.from(genesis);
  const found = await withShown(HONEST, (client) => latestHeader(client, from));
  assert.deepEqual([found.header.pin.height, found.changes.length], [third.header.height, 2]);
  assert.equal(found.chain.pin.block, blockId(second.header));
  assert.deepEqual(from.pin, LightChain.from(genesis).pin);
});

test("a lie about the validators is told as one", async () => {
  const other = { ...first.header, chainId: "09".repeat(32) as ChainId };
  const lies: readonly (readonly [string, Shown])[] = [
    ["a change less", { ...HONEST, changes: [second, third] }],
    ["the last change less", { ...HONEST, changes: [first] }],
    ["another set", { ...HONEST, changes: [{ ...first, next: third.next }, second] }],
    ["another certificate", { ...HONEST, changes: [{ ...first, certificate: second.certificate }, second] }],
    ["another chain", { ...HONEST, changes: [{ ...first, header: other }, second] }],
    ["the old ones again", { ...HONEST, last: { ...third, certificate: first.certificate } }],
  ];
  for (const [what, shown] of lies) {
    const found = withShown(shown, (client) => latestHeader(client, LightChain.from(genesis)));
    await assert.rejects(found, { code: "gateway_untrue" }, what);
  }
});

test("a gateway that has not all changes yet is behind, and one that shows none of more is refused", async () => {
  const behind = withShown({ ...HONEST, changes: [], height: 9n as Height }, (client) => {
    return latestHeader(client, LightChain.from(genesis));
  });
  await assert.rejects(behind, { code: "gateway_behind" });
  const none = withServer(
    () => ({ status: 200, json: { changes: [], more: true, height: 9n } }),
    (server) => followValidators(new Client(server.url, { network: "test" }), LightChain.from(genesis), 9n as Height),
  );
  await assert.rejects(none, { code: "gateway_untrue" });
  const many = withShown(HONEST, (client) => {
    return followValidators(client, LightChain.from(genesis), third.header.height, 1);
  });
  await assert.rejects(many, { code: "too_many_changes" });
});

test("a pin leads to its validators, and whoever is at the last header takes no older one", async () => {
  const pin = { height: second.header.height, block: blockId(second.header) };
  await withShown(HONEST, async (client) => {
    const chain = await followFromPin(client, genesis, pin);
    assert.deepEqual([chain.pin, chain.validators.hash(genesis.chainId)], [pin, third.header.validatorsHash]);
    assert.equal((await latestHeader(client, chain)).changes.length, 0);
    const wrong = { ...pin, block: "00".repeat(32) as BlockId };
    await assert.rejects(followFromPin(client, genesis, wrong), { code: "gateway_untrue" });
    const ahead = await followFromPin(client, genesis, { height: third.header.height, block: blockId(third.header) });
    await assert.rejects(latestHeader(client, ahead), { code: "gateway_behind" });
  });
});
