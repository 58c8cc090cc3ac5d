import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import type { Address } from "../src/address.js";
import type { Balance } from "../src/api/accounts.js";
import { standingsCodec } from "../src/api/standings.js";
import { parseBrandId } from "../src/brand.js";
import { fromHex } from "../src/bytes.js";
import { ClientError } from "../src/client/error.js";
import { Client } from "../src/client/client.js";
import { Gateways } from "../src/client/gateways.js";
import { Submission } from "../src/client/submission.js";
import { Verifier } from "../src/client/verifier.js";
import { Genesis } from "../src/genesis.js";
import { NO_GUARDIANS } from "../src/guardian.js";
import type { Hash, Height } from "../src/ids.js";
import type { KeyPair } from "../src/key.js";
import type { Operation } from "../src/operation/operation.js";
import type { Parameters } from "../src/parameters.js";
import { STANDARD_ALLOWANCES } from "../src/parameters.js";
import type { PendingLot } from "../src/points.js";
import { toPoints } from "../src/points.js";
import { newReadToken } from "../src/read-token.js";
import type { Reference } from "../src/reference.js";
import { accountOf } from "../src/state/account.js";
import type { RecordKind } from "../src/state/kinds.js";
import { encodeKey, encodeValue, recordKinds } from "../src/state/kinds.js";
import { ProvenRecords } from "../src/state/proven.js";
import type { AccountRecord } from "../src/state/records.js";
import { standingsOf } from "../src/state/standings.js";
import { StateTree } from "../src/state/tree.js";
import type { Expiry, TimeMs } from "../src/time.js";
import { dayOf, parseDay, parseMonth, toTimeMs } from "../src/time.js";
import { newTransaction, signTransaction } from "../src/transaction.js";
import { keyOf } from "../src/wallet/key-file.js";
import { receiptReference } from "../src/wallet/receipt-text.js";
import { Devnet, PATIENCE_MS, skipWithout } from "./support/devnet.js";
import { codeOf } from "./support/seeds.js";

const [FJALLEN, KAFFET, NORDMAT] = [parseBrandId("fjallen"), parseBrandId("kaffet"), parseBrandId("nordmat")];
const ANNA = "02".repeat(20) as Address;
const BO = "04".repeat(20) as Address;
const HOUSEHOLD = "03".repeat(20) as Address;
const NOW = Date.UTC(2027, 2, 14, 12) as TimeMs;
const DIGEST = "ab".repeat(32) as Hash;
const [MARCH, FEBRUARY, MAY] = ["2027-03", "2027-02", "2027-05"].map(parseMonth) as [never, never, never];

type Entry = readonly [key: Uint8Array, value: Uint8Array];

function entry<K, R>(kind: RecordKind<K, R>, key: K, record: R): Entry {
  return [encodeKey(kind, key), encodeValue(kind, key, record, DIGEST)];
}

const ACCOUNT: AccountRecord = {
  rotatedKey: null,
  frozen: true,
  guardians: NO_GUARDIANS,
  recovery: null,
  safeguards: {
    waiting: { change: { type: "unfreeze" }, fromMs: NOW, agreed: [] },
    barred: [{ guardian: { account: BO }, untilMs: NOW }],
    cancelled: { stoppedUntilMs: (NOW - 2) as TimeMs, untilMs: NOW },
  },
  operates: 0,
  used: { day: parseDay("2027-03-13"), bytes: 5n, operations: 5, reserved: [0, 0, 0, 0, 0], opened: 5, households: 1 },
  activity: { count: 7n, digest: DIGEST },
};

function hold(reference: string, expiresMs: number, expiry: never, amount: number, counted: Address | null) {
  return {
    reference: reference.repeat(32) as Reference,
    dated: parseDay("2027-03-14"),
    expiresMs: expiresMs as TimeMs,
    lots: [{ expiry, amount: toPoints(amount) }],
    counted: counted === null ? null : { member: counted, month: MARCH },
  };
}

const PARAMETERS: Parameters = {
  heartbeatMs: 3000n,
  blockBytesMax: 4_194_304,
  blockTransactionsMax: 10_000,
  recoveryDelayMs: 259_200_000n,
  receiptDays: 35,
  keepMonths: 13,
  snapshotIntervalMs: 3_600_000n,
  allowances: STANDARD_ALLOWANCES,
};
const LIMITS = [{ brand: NORDMAT, monthMax: toPoints(50) }];

/** The state of somebody with two lots, one of them dead, an ended hold, an open one, and a household. */
function tree(): StateTree {
  const others = Array.from({ length: 60 }, (_, at) => {
    const account = ((at * 4).toString(16).padStart(2, "0") + "00".repeat(19)) as Address;
    const lots = [{ expiry: MAY, amount: toPoints(at + 1) }];
    return entry(recordKinds.balance, { account, brand: NORDMAT }, { lots, pending: [] });
  });
  return StateTree.of([
    ...others,
    entry(recordKinds.parameters, {}, PARAMETERS),
    entry(recordKinds.brandList, {}, { ids: [KAFFET, NORDMAT] }),
    entry(recordKinds.account, { account: ANNA }, ACCOUNT),
    entry(recordKinds.balance, { account: ANNA, brand: NORDMAT }, {
      lots: [
        { expiry: FEBRUARY, amount: toPoints(9) },
        { expiry: MAY, amount: toPoints(100) },
      ],
      pending: [],
    }),
    entry(recordKinds.holds, { account: ANNA, brand: NORDMAT }, {
      holds: [hold("01", NOW, MAY, 20, null), hold("02", NOW + 60_000, MARCH, 30, null)],
      offers: [],
    }),
    entry(recordKinds.memberships, { account: ANNA }, { households: [HOUSEHOLD] }),
    entry(recordKinds.account, { account: HOUSEHOLD }, { ...ACCOUNT, used: null, operates: 0 }),
    entry(recordKinds.household, { household: HOUSEHOLD }, {
      members: [ANNA],
      invited: [BO],
      brands: [NORDMAT],
    }),
    entry(recordKinds.member, { household: HOUSEHOLD, member: ANNA }, { role: "adult", limits: LIMITS }),
    entry(recordKinds.invitation, { household: HOUSEHOLD, member: BO }, { role: "child", limits: [] }),
    entry(recordKinds.spent, { household: HOUSEHOLD, member: ANNA }, {
      month: MARCH,
      counts: [{ brand: NORDMAT, points: toPoints(25) }],
    }),
    entry(recordKinds.holds, { account: HOUSEHOLD, brand: NORDMAT }, {
      holds: [hold("03", NOW - 1, MAY, 15, ANNA)],
      offers: [],
    }),
  ]);
}


/** The records of the state that are proven for an account: whatever the answer asks for, and says is lacking. */
function recordsOf(state: StateTree, keys: readonly Uint8Array[]): ProvenRecords {
  const records = new ProvenRecords("test", { height: 9n as Height, timeMs: NOW, stateRoot: state.root() });
  keys.forEach((key) => records.add(key, state.prove(key)));
  return records;
}
function keysOf(account: Address): readonly Uint8Array[] {
  return [
    encodeKey(recordKinds.account, { account }),
    encodeKey(recordKinds.parameters, {}),
    encodeKey(recordKinds.brandList, {}),
    encodeKey(recordKinds.memberships, { account }),
    encodeKey(recordKinds.household, { household: account }),
    ...[KAFFET, NORDMAT].flatMap((brand) => [
      encodeKey(recordKinds.balance, { account, brand }),
      encodeKey(recordKinds.holds, { account, brand }),
    ]),
    encodeKey(recordKinds.closings, {}),
    encodeKey(recordKinds.spent, { household: account, member: ANNA }),
    encodeKey(recordKinds.member, { household: account, member: ANNA }),
    encodeKey(recordKinds.invitation, { household: account, member: BO }),
  ];
}

test("an account follows from proven records as of the block, and what is over is left out", () => {
  const { account, activity } = accountOf(recordsOf(tree(), keysOf(ANNA)), ANNA);
  assert.deepEqual(activity, ACCOUNT.activity);
  assert.deepEqual([account.exists, account.frozen, account.memberships], [true, false, [HOUSEHOLD]]);
  assert.deepEqual(account.safeguards, { waiting: null, barred: [], cancelled: null });
  const lots = [{ expiry: MAY, amount: 120n }];
  assert.deepEqual(account.balances, [{ brand: NORDMAT, total: 120n, lots, pending: [] }]);
  assert.deepEqual(
    account.holds.map(({ total, expiresMs }) => [total, expiresMs]),
    [[30n, NOW + 60_000]],
  );
  assert.deepEqual(account.today?.operations, { used: 0n, most: 400n }, "yesterday's use is over");
});

/** A time that no test reaches. */
const STAYS = Date.UTC(2100, 0, 1);

/** The balances of an account at a time, of which a brand that may leave has lots and some that wait. */
function waitingAt(timeMs: number, closesMs: number): readonly Balance[] {
  const waits = (matures: string, expiry: Expiry, amount: number): PendingLot => {
    return { matures: parseDay(matures), expiry, amount: toPoints(amount) };
  };
  const state = StateTree.of([
    entry(recordKinds.parameters, {}, PARAMETERS),
    entry(recordKinds.brandList, {}, { ids: [NORDMAT] }),
    entry(recordKinds.closings, {}, { brands: [{ closesMs: closesMs as TimeMs, brand: NORDMAT }] }),
    entry(recordKinds.account, { account: ANNA }, ACCOUNT),
    entry(recordKinds.balance, { account: ANNA, brand: NORDMAT }, {
      lots: [{ expiry: MAY, amount: toPoints(100) }],
      pending: [
        waits("2027-03-13", FEBRUARY, 3),
        waits("2027-03-14", MAY, 20),
        waits("2027-03-14", "never", 5),
        waits("2027-03-15", MAY, 70),
      ],
    }),
  ]);
  const tip = { height: 9n as Height, timeMs: timeMs as TimeMs, stateRoot: state.root() };
  const records = new ProvenRecords("test", tip);
  keysOf(ANNA).forEach((key) => records.add(key, state.prove(key)));
  return accountOf(records, ANNA).account.balances;
}

test("what waits is in no lot until its day, and what has matured is in them", () => {
  const never = { expiry: "never", amount: 5n };
  const later = { matures: "2027-03-15", expiry: MAY, amount: 70n };
  assert.deepEqual(waitingAt(NOW, STAYS), [
    { brand: NORDMAT, total: 125n, lots: [{ expiry: MAY, amount: 120n }, never], pending: [later] },
  ]);
  assert.deepEqual(waitingAt(Date.UTC(2027, 2, 15), STAYS), [
    { brand: NORDMAT, total: 195n, lots: [{ expiry: MAY, amount: 190n }, never], pending: [] },
  ]);
});

test("of a brand that has left nothing is anybody's, and nothing waits", () => {
  assert.equal(waitingAt(NOW, NOW + 60_000).length, 1, "until then it is");
  assert.deepEqual(waitingAt(NOW, NOW), []);
});

test("a household follows from proven records, and an ended hold is given back to the limit", () => {
  const { account } = accountOf(recordsOf(tree(), keysOf(HOUSEHOLD)), HOUSEHOLD);
  assert.deepEqual(account.household?.members, [
    { address: ANNA, role: "adult", limits: LIMITS, spent: [{ brand: NORDMAT, points: 10n }] },
  ]);
  assert.deepEqual(account.household?.invited, [{ address: BO, role: "child", limits: [], spent: [] }]);
  assert.deepEqual([account.balances[0]?.total, account.today], [15n, null]);
});

test("an account that the state doesn't have is proven absent", () => {
  const { account } = accountOf(recordsOf(tree(), keysOf(BO)), BO);
  assert.deepEqual([account.exists, account.balances, account.holds], [false, [], []]);
});

test("an answer that lacks a proof, or has one of another state, is refused", () => {
  const state = tree();
  const code = (keys: readonly Uint8Array[]): string | null => {
    return codeOf(() => accountOf(recordsOf(state, keys), ANNA));
  };
  assert.equal(code(keysOf(ANNA)), null);
  assert.equal(code([]), "proven_lacking");
  for (const needed of [encodeKey(recordKinds.parameters, {}), encodeKey(recordKinds.brandList, {})]) {
    const without = keysOf(ANNA).filter((key) => key.join() !== needed.join());
    assert.equal(code(without), "proven_lacking");
  }
  const key = encodeKey(recordKinds.account, { account: ANNA });
  const other = StateTree.of([entry(recordKinds.account, { account: ANNA }, ACCOUNT)]);
  const records = recordsOf(state, []);
  assert.equal(codeOf(() => records.add(key, other.prove(key))), "proof_wrong_root");
});

test("a household that names a member without rights contradicts itself", () => {
  const household = { members: [ANNA], invited: [], brands: [] };
  const state = StateTree.of([
    entry(recordKinds.parameters, {}, PARAMETERS),
    entry(recordKinds.brandList, {}, { ids: [] }),
    entry(recordKinds.account, { account: HOUSEHOLD }, ACCOUNT),
    entry(recordKinds.household, { household: HOUSEHOLD }, household),
  ]);
  const code = codeOf(() => accountOf(recordsOf(state, keysOf(HOUSEHOLD)), HOUSEHOLD));
  assert.equal(code, "proven_contradiction");
});

/** Changes one hex digit of the proof of an account. */
function changing(at: number): typeof fetch {
  return async (...request) => {
    const response = await fetch(...request);
    if (!String(request[0]).endsWith("/proof")) {
      return response;
    }
    const text = await response.text();
    const digits = [...text.matchAll(/[0-9a-f]{40,}/g)].flatMap(({ 0: run, index }) => {
      return Array.from(run, (_, step) => index + step);
    });
    const place = digits[at % digits.length] ?? 0;
    const body = text.slice(0, place) + (text[place] === "0" ? "1" : "0") + text.slice(place + 1);
    return new Response(body, { status: response.status, headers: response.headers });
  };
}

describe("a real network", { skip: skipWithout("lojal-node") }, () => {
  let network: Devnet;
  let genesis: Genesis;
  let client: Client;
  let anna: KeyPair;

  before(async () => {
    network = await Devnet.start();
    genesis = Genesis.fromToml(network.read("genesis.toml"));
    anna = keyOf(network.secret("member-1"));
    client = await readerOf(undefined);
    const issue: Operation = {
      type: "issue",
      brand: NORDMAT,
      to: anna.address(),
      amount: toPoints(1250),
      reference: receiptReference("till 7, receipt 1"),
      dated: dayOf(now()),
      expiry: null,
    };
    await settle(keyOf(network.secret("nordmat")), issue);
    await settle(anna, { type: "create_household" });
  });
  after(() => network.stop());

  function now(): TimeMs {
    return toTimeMs(Date.now());
  }
  async function readerOf(fetcher: typeof fetch | undefined): Promise<Client> {
    const options = { network: genesis.network, ...(fetcher === undefined ? {} : { fetch: fetcher }) };
    const reader = new Client(network.urls[0] ?? "", options);
    reader.readWith(await newReadToken(anna.address(), anna, genesis.chainId, reader.audience, now()));
    return reader;
  }
  async function settle(key: KeyPair, operation: Operation): Promise<void> {
    const transaction = newTransaction(genesis.chainId, key.address(), [operation], now());
    const gateways = new Gateways(network.urls, genesis);
    const signed = signTransaction(transaction, genesis.chainId, key);
    const fate = await new Submission(gateways, signed, { patienceMs: PATIENCE_MS }).settle();
    assert.equal(fate.type, "final");
  }

  test("an account is proven as the gateway says it is, and its history leads to it", async () => {
    const verifier = Verifier.of(genesis);
    const proven = await verifier.account(client, anna.address());
    const said = await client.account(anna.address());
    assert.deepEqual({ ...proven.account, height: said.height }, said);
    assert.equal(proven.account.balances[0]?.total, 1250n);
    const page = await client.history(anna.address(), 100);
    assert.deepEqual(page.head, proven.activity);
    const household = proven.account.memberships[0];
    assert.ok(household !== undefined);
    const pool = await verifier.account(client, household);
    assert.deepEqual(pool.account.household, await client.household(household));
    assert.equal((await verifier.latest(client)).chainId, genesis.chainId);
  });

  test("what brands count of an account is proven as the gateway tells it, with its balances", async () => {
    const address = network.lojal("member-1", "address").trim();
    network.lojal("fjallen", "stamp", "fjallen", "1", address, "3700", "--receipt", "lift 3, receipt 82");
    network.lojal("kaffet", "stamp", "kaffet", "1", address, "7", "--receipt", "receipt 17");
    const { account, records } = await Verifier.of(genesis).account(client, anna.address());
    const proven = standingsOf(records, account.address);
    const path = `/v1/accounts/${address}/standing`;
    const said = await client.transport.askAs(standingsCodec, client.network, { path, query: [] });
    assert.deepEqual({ ...proven, height: said.height, timeMs: said.timeMs }, said);
    const [slopes, cups] = [FJALLEN, KAFFET].map((brand) => {
      return said.standings.find((one) => one.brand === brand)?.tracks[0];
    });
    assert.deepEqual([slopes?.units, slopes?.level, slopes?.next?.missing], [3700n, 2, 4300n]);
    assert.deepEqual([cups?.units, cups?.level, cups?.next], [7n, 0, null], "a card has no levels");
  });

  test("a verifier goes on from the block that was kept, and never behind it", async () => {
    const verifier = Verifier.of(genesis);
    await verifier.account(client, anna.address());
    const { kept } = verifier;
    assert.ok(kept !== null);
    const resumed = Verifier.of(genesis, kept);
    assert.deepEqual(resumed.pin, verifier.pin);
    await resumed.account(client, anna.address());
    const { header } = await client.lightBlock(1n as Height);
    const old: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      const json = (await response.json()) as { header: string; certificate: string };
      const first = (await (await fetch(`${client.url}/v1/light/blocks/1`)).json()) as typeof json;
      return Response.json({ ...json, header: first.header, certificate: first.certificate });
    };
    const error: unknown = await resumed.account(await readerOf(old), anna.address()).catch((one: unknown) => one);
    assert.ok(header.height < resumed.pin.height && error instanceof ClientError);
    assert.equal(error.code, "gateway_behind");
    const broken = { ...kept, validators: kept.validators.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")) };
    assert.notEqual(codeOf(() => Verifier.of(genesis, broken)), null);
    assert.ok(fromHex(kept.header).length > 0);
  });

  test("no answer with a changed digit makes anybody believe what isn't so", async () => {
    const truth = (await Verifier.of(genesis).account(client, anna.address())).account;
    let refused = 0;
    for (let at = 0; at < 120; at += 1) {
      const liar = await readerOf(changing(at * 397));
      try {
        const { account } = await Verifier.of(genesis).account(liar, anna.address());
        // A key that is another one on the same page: the page proves the same without it.
        assert.deepEqual({ ...account, height: truth.height }, truth, `the digit ${at * 397}`);
      } catch (error) {
        assert.ok(error instanceof ClientError, String(error));
        refused += 1;
      }
    }
    assert.ok(refused > 90, `${refused} are refused`);
  });
});
