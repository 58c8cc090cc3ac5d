import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";

import type { Address } from "../src/address.js";
import { addressOfHousehold, addressToText, parseAddressText } from "../src/address.js";
import type { LedgerEvent } from "../src/api/events.js";
import { parseEventPlace } from "../src/api/events.js";
import { blockId } from "../src/block.js";
import { parseBrandId } from "../src/brand.js";
import { toHex } from "../src/bytes.js";
import { HeaderChain } from "../src/chain/certified.js";
import { LightChain } from "../src/chain/light.js";
import { isProblem } from "../src/client/error.js";
import { Client } from "../src/client/client.js";
import type { EventsOf } from "../src/client/events.js";
import { followFromPin, latestHeader } from "../src/client/follow.js";
import { Gateways } from "../src/client/gateways.js";
import { certifyBlock, proveOutcome } from "../src/client/prove.js";
import { Submission } from "../src/client/submission.js";
import { watchEvents } from "../src/client/watch.js";
import type { Fate } from "../src/client/submission.js";
import { Genesis } from "../src/genesis.js";
import { motionDigest } from "../src/governance/action.js";
import type { MotionId } from "../src/governance/motion.js";
import type { Height, Salt, TransactionId } from "../src/ids.js";
import { parseTransactionId } from "../src/ids.js";
import { isObject, parseJson } from "../src/json.js";
import type { KeyPair } from "../src/key.js";
import type { Operation } from "../src/operation/operation.js";
import { answerOf } from "../src/operation/operation.js";
import { addUp, toPoints } from "../src/points.js";
import { referenceOfRequest } from "../src/request.js";
import type { SignedReadToken } from "../src/read-token.js";
import { newReadToken } from "../src/read-token.js";
import type { Request } from "../src/request.js";
import { dayOf, plusMs, toTimeMs, toWholeMinute } from "../src/time.js";
import { newTransaction, signTransaction } from "../src/transaction.js";
import { Backup } from "../src/wallet/backup.js";
import { KeyFile, keyOf } from "../src/wallet/key-file.js";
import { Passphrase } from "../src/wallet/passphrase.js";
import { receiptReference } from "../src/wallet/receipt-text.js";
import { Devnet, PATIENCE_MS, skipWithout } from "./support/devnet.js";
import { NODE_OPTIONS } from "./support/node.js";
import { repository, textOf } from "./support/vectors.js";

const NORDMAT = parseBrandId("nordmat");
const PACKAGE = "clients/typescript";

describe("a real network", { skip: skipWithout("lojal-node") }, () => {
  let network: Devnet;
  let genesis: Genesis;
  let gateways: Gateways;
  let client: Client;
  let nordmat: KeyPair;
  let anna: KeyPair;
  let bo: KeyPair;

  before(async () => {
    network = await Devnet.start();
    genesis = Genesis.fromToml(network.read("genesis.toml"));
    gateways = new Gateways(network.urls, genesis);
    client = new Client(network.urls[0] ?? "", { network: genesis.network });
    nordmat = keyOf(network.secret("nordmat"));
    anna = keyOf(network.secret("member-1"));
    bo = keyOf(network.secret("member-2"));
    const auditor = network.auditor();
    await gateways.readAs(auditor.address(), auditor, now());
    client.readWith(await tokenOf(auditor, client));
  });
  after(() => network.stop());

  function tokenOf(key: KeyPair, reader: Client): Promise<SignedReadToken> {
    return newReadToken(key.address(), key, genesis.chainId, reader.audience, now());
  }
  function now(): ReturnType<typeof toTimeMs> {
    return toTimeMs(Date.now());
  }
  async function settle(key: KeyPair, ...operations: readonly Operation[]): Promise<[Fate, TransactionId]> {
    const transaction = newTransaction(genesis.chainId, key.address(), operations, now());
    const signed = signTransaction(transaction, genesis.chainId, key);
    const submission = new Submission(gateways, signed, { patienceMs: PATIENCE_MS });
    return [await submission.settle(), submission.id];
  }
  async function apply(key: KeyPair, ...operations: readonly Operation[]): Promise<TransactionId> {
    const [fate, id] = await settle(key, ...operations);
    assert.ok(
      fate.type === "final" && fate.receipt.result === "applied",
      JSON.stringify(fate, (_, value: unknown) => String(value)),
    );
    return id;
  }
  function issue(to: Address, amount: number, receipt: string): Operation {
    const reference = receiptReference(receipt);
    const dated = dayOf(now());
    return { type: "issue", brand: NORDMAT, to, amount: toPoints(amount), reference, dated, expiry: null };
  }

  test("wallets' files and words are read, and gateways serve the network of the genesis document", async () => {
    const words = Backup.fromWords(network.read("wallets/member-1/words"));
    assert.equal(words.key(0).publicKey, anna.publicKey);
    assert.equal(network.secret("member-1").type, "backup");
    for (const gateway of gateways.all) {
      assert.equal((await gateway.status()).chainId, genesis.chainId);
    }
    assert.equal(Genesis.fromToml(await client.genesis()).chainId, genesis.chainId);
    await client.ready();
    assert.match(await new Client(network.admin, genesis).metrics(), /^# HELP /m);
    const { validators, totalPower } = await client.validators();
    assert.equal(totalPower, genesis.validators.totalPower());
    assert.deepEqual(
      validators.map((one) => one.publicKey),
      genesis.validators.validators.map((one) => one.publicKey),
    );
  });

  test("points are issued and sent, and the receipt is proven from genesis", async () => {
    const issued = issue(anna.address(), 1250, "till 7, receipt 1");
    await apply(nordmat, issued);
    assert.ok(issued.type === "issue");
    const shown = await client.issue(NORDMAT, issued.reference, issued.dated);
    assert.deepEqual([shown.to, shown.amount, shown.reversed], [anna.address(), 1250n, 0n]);

    const transfer = {
      type: "transfer",
      brand: NORDMAT,
      from: anna.address(),
      to: bo.address(),
      amount: toPoints(250),
    } as const;
    const id = await apply(anna, transfer);
    const proven = await proveOutcome(client, genesis, id);
    assert.deepEqual(proven.value, { result: "applied" });
    assert.ok(proven.timeMs > genesis.document.timeMs);
    const [account, other] = [await client.account(anna.address()), await client.account(bo.address())];
    assert.deepEqual(
      account.balances.map((one) => [one.brand, one.total]),
      [[NORDMAT, 1000n]],
    );
    assert.equal(other.balances[0]?.total, 250n);
    assert.equal(account.today?.operations.used, 1n);

    const page = await gateways.ask((gateway) => gateway.history(anna.address(), 100));
    assert.deepEqual(
      page.transactions.map((one) => one.activity),
      [2n, 1n],
    );
    assert.deepEqual(page.transactions[0]?.transaction?.transaction.operations, [transfer]);
    const newest = await gateways.ask((gateway) => gateway.history(anna.address(), 1));
    const oldest = await gateways.ask((gateway) => gateway.history(anna.address(), 1, newest.nextCursor));
    assert.deepEqual([newest.head, oldest.transactions[0]?.id], [page.head, page.transactions[1]?.id]);
    assert.ok((await client.brands()).brands.every((brand) => addUp(brand.totals)));
  });

  test("an account is shown to its owner, and to a brand as far as its points go", async () => {
    const reader = new Client(network.urls[1] ?? "", genesis);
    const refused = async (code: string): Promise<void> => {
      assert.ok(isProblem(await reader.account(anna.address()).catch((error: unknown) => error), code), code);
    };
    await refused("token_missing");
    reader.readWith(await tokenOf(bo, reader));
    await refused("not_permitted");
    reader.readWith(await tokenOf(anna, reader));
    assert.equal((await reader.account(anna.address())).onlyOf, null);
    assert.equal((await reader.recovery(anna.address())).recovery, null);
    reader.readWith(await tokenOf(nordmat, reader));
    assert.deepEqual((await reader.account(anna.address())).onlyOf, [NORDMAT]);
    const seen = await reader.history(anna.address(), 100);
    assert.deepEqual([seen.onlyOf, seen.head], [[NORDMAT], null]);
  });

  test("what fails has a receipt that says why, and what would surely fail is refused", async () => {
    const own = {
      type: "transfer",
      brand: NORDMAT,
      from: anna.address(),
      to: anna.address(),
      amount: toPoints(10),
    } as const;
    const [refused] = await settle(anna, own);
    assert.ok(
      refused.type === "refused" && refused.problem.code === "same_account" && refused.possibleUntilMs === null,
    );
    const unknown = await client.brand(parseBrandId("nobody")).catch((error: unknown) => error);
    assert.ok(isProblem(unknown, "unknown_brand"));
    const never = await client.transaction(parseTransactionId("00".repeat(32))).catch((error: unknown) => error);
    assert.ok(isProblem(never, "unknown_transaction"));
  });

  test("a till's request is paid, and points are held for another and given back", async () => {
    const salt = (): Salt => toHex(crypto.getRandomValues(new Uint8Array(16))) as Salt;
    const asked: Omit<Request, "kind" | "salt"> = {
      brand: NORDMAT,
      amount: toPoints(60),
      dated: dayOf(now()),
      untilMs: plusMs(now(), 600_000),
      household: null,
    };
    const pay: Request = { ...asked, kind: { type: "redeem" }, salt: salt() };
    await apply(bo, answerOf(pay, genesis.chainId, bo.address()));
    const payment = await client.payment(referenceOfRequest(pay, genesis.chainId), pay.dated);
    assert.deepEqual([payment.from, payment.amount, payment.heldUntilMs], [bo.address(), 60n, null]);

    const expiresMs = plusMs(now(), 3_600_000);
    const hold: Request = { ...asked, kind: { type: "hold", expiresMs }, salt: salt() };
    await apply(bo, answerOf(hold, genesis.chainId, bo.address()));
    const [held] = (await client.account(bo.address())).holds;
    const holdReference = referenceOfRequest(hold, genesis.chainId);
    assert.deepEqual([held?.reference, held?.total, held?.expiresMs], [holdReference, 60n, toWholeMinute(expiresMs)]);
    await apply(nordmat, {
      type: "release",
      brand: NORDMAT,
      from: bo.address(),
      holdReference,
      holdDated: hold.dated,
    });
    assert.deepEqual((await client.account(bo.address())).holds, []);
  });

  test("a household is made and joined, and guardians are asked for", async () => {
    const id = await apply(anna, { type: "create_household" });
    const household = addressOfHousehold(genesis.chainId, id, 0);
    const limits = [{ brand: NORDMAT, monthMax: toPoints(50) }];
    await apply(anna, { type: "invite", household, member: bo.address(), role: "child", limits });
    await apply(bo, { type: "join", household });
    const { members, invited } = await client.household(household);
    const child = members.find((member) => member.address === bo.address());
    assert.deepEqual([members.length, invited.length, child?.role, child?.limits], [2, 0, "child", limits]);
    assert.deepEqual((await client.account(anna.address())).memberships, [household]);
    const guardians = { guardians: [{ account: bo.address() }, { brand: NORDMAT }], threshold: 2 };
    await apply(anna, { type: "set_guardians", guardians });
    const { waiting } = (await client.account(anna.address())).safeguards;
    assert.deepEqual(waiting?.change, { type: "set_guardians", guardians });
  });

  test("events go on at another gateway where one ended, each once", async () => {
    const token = async (index: number): Promise<Client> => {
      const reader = new Client(network.urls[index] ?? "", genesis);
      reader.readWith(await tokenOf(bo, reader));
      return reader;
    };
    const [one, other] = [await token(1), await token(2)];
    const kinds: string[] = [];
    let place = null;
    for await (const told of one.events({ account: bo.address() }, { after: parseEventPlace("0") })) {
      place = told.place;
      kinds.push(told.type === "event" ? told.event.type : "");
      if (kinds.length === 2) {
        break;
      }
    }
    assert.deepEqual(kinds, ["lojal.points.transferred", "lojal.points.redeemed"]);
    const stop = new AbortController();
    const watched = new Gateways([network.urls[3] ?? "", other.url], genesis);
    await watched.readAs(bo.address(), bo, now());
    const rest: LedgerEvent[] = [];
    const options = { after: place, signal: stop.signal, types: ["hold"] };
    for await (const event of watchEvents(watched, { account: bo.address() }, options)) {
      rest.push(event);
      if (rest.length === 2) {
        break;
      }
    }
    assert.deepEqual(
      rest.map(({ data }) => data.operation?.type),
      ["hold", "release"],
    );
    const refused = async (of: EventsOf, code: string): Promise<void> => {
      const error: unknown = await one.events(of).next().catch((reason: unknown) => reason);
      assert.ok(isProblem(error, code), code);
    };
    await refused({ account: anna.address() }, "not_permitted");
    await refused({ brand: NORDMAT }, "not_permitted");
  });

  test("a motion is put forward with the digest that is computed here, and taken back", async () => {
    const actions = [{ type: "set_settings", settings: { motionLapseMs: 3_600_000n } }] as const;
    await apply(nordmat, { type: "propose", actions });
    const { open, settings } = await client.governance();
    const [motion] = open;
    assert.ok(motion !== undefined && settings.motionLapseMs > 0n);
    assert.deepEqual([motion.actions, motion.digest], [actions, motionDigest(genesis.chainId, actions)]);
    await apply(nordmat, { type: "withdraw", motion: motion.motion });
    assert.deepEqual((await client.motion(motion.motion)).stage, { status: "withdrawn" });
    const none = await client.motion(99n as MotionId).catch((error: unknown) => error);
    assert.ok(isProblem(none, "unknown_motion"));
    assert.deepEqual((await client.partnerships()).partnerships, []);
    assert.equal((await client.netting()).currency, "SEK");
  });

  test("the last header is final by the validators that are followed from genesis", async () => {
    const { header, changes } = await latestHeader(client, LightChain.from(genesis));
    assert.ok(header.pin.height > 0n && header.header.chainId === genesis.chainId);
    assert.deepEqual(changes, []);
    const block = await client.lightBlock(header.pin.height);
    assert.equal(blockId(block.header), header.pin.block);
    const { set } = await client.lightValidators(genesis.validators.hash(genesis.chainId));
    assert.deepEqual(set.validators, genesis.validators.validators);
    const chain = await followFromPin(client, genesis, header.pin);
    assert.deepEqual(chain.pin, header.pin);
  });

  test("the whole chain is followed from genesis, by another gateway's answers", async () => {
    const chain = HeaderChain.from(genesis);
    const other = new Client(network.urls[2] ?? "", { network: genesis.network });
    other.readWith(await tokenOf(network.auditor(), other));
    const { header: last, id } = await other.latestBlock();
    while (chain.height < last.height) {
      const block = await other.block((chain.height + 1n) as Height);
      const certified = chain.advance(block.header, block.certificate);
      assert.equal(certified.id, block.id);
      assert.equal(certifyBlock(block, genesis).transactions.length, block.transactions.length);
    }
    assert.deepEqual([chain.last, blockId(last)], [id, id]);
    assert.ok((await other.export(1n as Height, 2)).length > 0);
    const { operators } = await other.operators(NORDMAT);
    assert.deepEqual(
      operators.map((one) => one.address),
      [nordmat.address()],
    );
  });

  test(
    "the wallet of the command line opens a key file that was made here",
    { skip: skipWithout("lojal") },
    async () => {
      const secret = network.secret("member-2");
      const { address } = KeyFile.fromJson(network.read("wallets/member-2/key.json"));
      const sealed = KeyFile.seal(address, secret, Passphrase.create("a longer passphrase"));
      assert.equal(
        keyOf(KeyFile.fromJson(sealed.toJson()).unlock(Passphrase.toUnlock("a longer passphrase"))).publicKey,
        bo.publicKey,
      );
      writeFileSync(network.path("wallets/member-2/key.json"), sealed.toJson());
      writeFileSync(network.path("passphrase"), "a longer passphrase\n");
      const before = (await client.account(anna.address())).balances[0]?.total ?? 0n;
      const to = addressToText(anna.address(), genesis.network);
      const printed = network.lojal(
        "member-2",
        "--passphrase-file",
        network.path("passphrase"),
        "--json",
        "send",
        to,
        "20",
        "nordmat",
      );
      const report = parseJson(printed);
      assert.ok(isObject(report));
      assert.equal((await client.account(anna.address())).balances[0]?.total, before + 20n);
      assert.equal(parseAddressText(network.lojal("member-1", "address").trim()).address, anna.address());
    },
  );

  test("the session of the README works", () => {
    const readme = textOf(`${PACKAGE}/README.md`);
    const session = /<!-- session -->\n```js\n(.*?)```/s.exec(readme)?.[1];
    assert.ok(session !== undefined, "the README has a session");
    const input = session
      .replaceAll("http://127.0.0.1:7800", network.urls[0] ?? "")
      .replaceAll("../../devnet", network.path(""));
    const options = { input, encoding: "utf8", cwd: repository(PACKAGE), timeout: PATIENCE_MS } as const;
    const run = spawnSync(process.execPath, [...NODE_OPTIONS, "--input-type=module"], options);
    assert.equal(run.status, 0, `${run.stdout}${run.stderr}`);
    for (const expected of ["final in block", "applied", "complete"]) {
      assert.ok(run.stdout.includes(expected), `${expected} is missing in\n${run.stdout}`);
    }
  });
});
