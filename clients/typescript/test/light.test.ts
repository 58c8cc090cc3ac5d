import assert from "node:assert/strict";
import { test } from "node:test";

import { fromHex, toHex } from "../src/bytes.js";
import { decodeBlock } from "../src/block.js";
import { certificateCodec } from "../src/certificate.js";
import { HeaderChain } from "../src/chain/certified.js";
import type { SetChange } from "../src/chain/light.js";
import { LightChain, pinCodec, setChangeCodec } from "../src/chain/light.js";
import { decode, encode } from "../src/codec/codec.js";
import { Genesis } from "../src/genesis.js";
import type { BlockId, Height } from "../src/ids.js";
import { field, listIn, text, vectors } from "./support/vectors.js";

function genesisOf(input: Parameters<typeof field>[0]): Genesis {
  return Genesis.fromToml(listIn(field(input, "genesis")).map(text).join("\n"));
}

test("changes of the validators lead on from genesis, and from every pin", () => {
  for (const { name, input, output } of vectors("light")) {
    const genesis = genesisOf(input);
    const chain = LightChain.from(genesis);
    for (const one of listIn(field(output, "changes"))) {
      const bytes = text(field(one, "borsh"));
      const change = decode(setChangeCodec, fromHex(bytes));
      assert.equal(toHex(encode(setChangeCodec, change)), bytes, name);
      chain.advance(change);
      assert.equal(chain.pin.block, field(one, "block"), name);
      assert.equal(toHex(encode(pinCodec, chain.pin)), field(one, "pin_borsh"), name);
      assert.equal(chain.validators.hash(genesis.chainId), field(one, "validators_hash"), name);
      const pinned = LightChain.fromPin(genesis.chainId, chain.pin, change.header, change.next);
      assert.deepEqual([pinned.pin, pinned.timeMs], [chain.pin, chain.timeMs], name);
    }
  }
});

test("a chain whose validators are voted in and out is followed header by header, and by its changes alone", () => {
  for (const { name, input, output } of vectors("sets")) {
    const genesis = genesisOf(input);
    const bytesOf = (json: Parameters<typeof field>[0], key: string): Uint8Array => fromHex(text(field(json, key)));
    const changes = listIn(field(output, "changes")).map((one) => decode(setChangeCodec, fromHex(text(one))));
    const [headers, light] = [HeaderChain.from(genesis), LightChain.from(genesis)];
    for (const one of listIn(field(output, "blocks"))) {
      const { header } = decodeBlock(bytesOf(one, "block_borsh"));
      const certificate = decode(certificateCodec, bytesOf(one, "certificate_borsh"));
      const change = changes.find((other) => other.header.height === header.height);
      assert.equal(light.check(header, certificate).pin.block, field(one, "id"), name);
      headers.advance(header, certificate, change?.next);
      if (change !== undefined) {
        light.advance(change);
      }
    }
    assert.ok(changes.length > 1, name);
    assert.equal(headers.validators.hash(genesis.chainId), light.validators.hash(genesis.chainId), name);
  }
});

test("a change that is left out, forged, or comes again leads nowhere", () => {
  const vector = vectors("light").find(({ output }) => listIn(field(output, "changes")).length > 2);
  assert.ok(vector);
  const genesis = genesisOf(vector.input);
  const changes = listIn(field(vector.output, "changes")).map((one) => {
    return decode(setChangeCodec, fromHex(text(field(one, "borsh"))));
  });
  const [first, second, third] = changes as [SetChange, SetChange, SetChange];
  const refused = (chain: LightChain, change: SetChange, code: string): void => {
    const before = chain.pin;
    assert.throws(() => chain.advance(change), { code });
    assert.deepEqual(chain.pin, before, "it stays where it is");
  };
  const chain = LightChain.from(genesis);
  refused(chain, second, "light_validators");
  refused(chain, { ...first, next: third.next }, "light_next");
  refused(chain, { ...first, certificate: second.certificate }, "light_certificate");
  refused(chain, { ...first, certificate: { ...first.certificate, signatures: [] } }, "certificate_quorum");
  chain.advance(first);
  refused(chain, first, "light_height");
  chain.advance(second);
  refused(chain, { ...third, header: { ...third.header, parent: "00".repeat(32) as BlockId } }, "light_certificate");
  const wrong = { height: 10n as Height, block: chain.pin.block };
  const code = "light_not_pinned";
  assert.throws(() => LightChain.fromPin(genesis.chainId, wrong, first.header, first.next), { code });
});
