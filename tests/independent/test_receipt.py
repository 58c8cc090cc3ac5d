"""Saved receipts, as the golden vectors have them."""

from __future__ import annotations

import unittest
from typing import Any

import genesis
import receipt
import support
from formats import Wrong, decode, little

raw = bytes.fromhex


def document_of(vector: dict[str, Any]) -> genesis.Genesis:
    """The genesis document of the chain that a vector names."""
    chains = {one["name"]: one["input"]["genesis"] for one in support.vectors("chain.json")}
    return genesis.read("\n".join(chains[vector["input"]["chain"]]))


def text_of(vector: dict[str, Any]) -> str:
    """The text of a vector's file."""
    return "".join(f"{line}\n" for line in vector["output"]["file"])


class Receipts(unittest.TestCase):
    """Files that hold by the genesis document alone."""

    def test_items_have_their_paths(self) -> None:
        for vector in support.vectors("paths.json"):
            roots = {one["name"]: raw(one["output"]) for one in support.vectors("merkle.json")}
            for item, encoded in zip(vector["input"], vector["output"]):
                with self.subTest(vector["name"], item=item):
                    path = decode(receipt.STEPS, raw(encoded))
                    written = little(len(path), 4) + b"".join(bytes([one["is_left"]]) + one["other"] for one in path)
                    self.assertEqual(written.hex(), encoded)
                    self.assertEqual(receipt.root_of_path(raw(item), path), roots[vector["name"]])

    def test_saved_receipts_hold(self) -> None:
        for vector in support.vectors("saved_receipts.json"):
            with self.subTest(vector["name"]):
                found, output = receipt.verify_receipt(document_of(vector), text_of(vector)), vector["output"]
                self.assertIn(output["borsh"], text_of(vector))
                self.assertEqual(found.receipt[:32].hex(), output["transaction"])
                self.assertEqual(found.receipt[32:] == b"\0", output["outcome"]["result"] == "applied")
                self.assertEqual(found.decided.header["height"], output["height"])
                self.assertEqual(found.decided.header["time_ms"], output["time_ms"])

    def test_a_byte_that_is_changed_anywhere_is_noticed(self) -> None:
        vectors = support.vectors("saved_receipts.json")
        # A signature takes this program long: of the receipt after changes of the validators not every byte is tried.
        for vector, step in ((vectors[0], 7), (vectors[-1], 41)):
            document, data = document_of(vector), text_of(vector).encode()
            for at in range(0, len(data), step):
                changed = bytearray(data)
                changed[at] ^= 1
                with self.subTest(vector["name"], at=at), self.assertRaises((Wrong, UnicodeDecodeError)):
                    receipt.verify_receipt(document, bytes(changed).decode())

    def test_another_network_and_a_change_that_is_left_out_are_refused(self) -> None:
        vector = support.vectors("saved_receipts.json")[-1]
        found = receipt.verify_receipt(document_of(vector), text_of(vector))
        way = receipt.Way(document_of(vector))
        with self.assertRaises(Wrong):
            way.check(found.decided)
        with self.assertRaises(Wrong):
            way.advance(found.changes[1])
        others = [one["input"] for one in support.vectors("genesis.json")]
        other = next(one for one in others if genesis.read("\n".join(one)).chain_id != way.chain_id)
        with self.assertRaises(Wrong):
            receipt.verify_receipt(genesis.read("\n".join(other)), text_of(vector))


if __name__ == "__main__":
    unittest.main()
