"""Changes of the validators lead on, in the vectors and beside exports, and what doesn't lead on is refused."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Optional

import genesis
import light
import support
import verify
from formats import Wrong, decode, little, tagged
from test_verify import Pair, certificate, economy, member
from validators import Validators, address_of, in_order, validators_of

raw = bytes.fromhex
FIRST, SECOND, THIRD = [1, 2, 3, 4], [2, 3, 4, 5], [6, 7]


def seeds(numbers: list[int]) -> list[bytes]:
    """The secrets of validators, which everybody knows."""
    return [bytes([number]) * 32 for number in numbers]


def members_bytes(members: list[dict[str, Any]]) -> bytes:
    """The bytes of a set."""
    return little(len(members), 4) + b"".join(genesis.validator_bytes(one) for one in members)


def with_decided(change: light.Change, **fields: Any) -> light.Change:
    """A change with another header or certificate."""
    return change._replace(decided=change.decided._replace(**fields))


def with_header(change: light.Change, **fields: Any) -> light.Change:
    """A change with other fields of its header."""
    return with_decided(change, header={**change.decided.header, **fields})


class Vectors(unittest.TestCase):
    """The way that the vectors say."""

    def test_changes_lead_to_the_validators_that_the_vectors_say(self) -> None:
        for vector in support.vectors("light.json"):
            way = light.Way(genesis.read("\n".join(vector["input"]["genesis"])))
            for given, expected in zip(vector["input"]["changes"], vector["output"]["changes"]):
                with self.subTest(vector["name"], height=given["height"]):
                    way.advance(decode(light.read_change, raw(expected["borsh"])))
                    self.assertEqual(way.block.hex(), expected["block"])
                    self.assertEqual(way.pin().hex(), expected["pin_borsh"])
                    self.assertEqual(way.validators.digest.hex(), expected["validators_hash"])

    def test_what_doesnt_lead_on_is_refused(self) -> None:
        vector = support.vectors("light.json")[-1]
        document = genesis.read("\n".join(vector["input"]["genesis"]))
        first, second, third = (decode(light.read_change, raw(one["borsh"])) for one in vector["output"]["changes"])
        for words, changes in (("other validators decide", [second]), ("other validators decide", [first, third]),
                               ("isn't later", [first, first]),
                               ("other validators follow", [first._replace(next=third.next)]),
                               ("another order", [first._replace(next=first.next[::-1])]),
                               ("of another height", [with_decided(first, certificate=second.decided.certificate)]),
                               ("parent is another block", [first, with_header(second, parent=bytes(32))]),
                               ("another chain", [with_header(first, chain_id=bytes(32))])):
            way = light.Way(document)
            with self.subTest(words), self.assertRaisesRegex(Wrong, words):
                for change in changes:
                    way.advance(change)

    def test_no_answer_of_a_gateway_is_refused_as_such(self) -> None:
        for text in ("", "[]", "{}", '{"changes": ["0"]}', '{"changes": [7]}'):
            with self.subTest(text), self.assertRaisesRegex(Wrong, "no answer"):
                light.changes_of(text)


class Made:
    """A chain of empty blocks whose validators change."""

    def __init__(self) -> None:
        self.document, _ = economy()
        self.chain_id = self.document.chain_id
        self.deciding, self.members = FIRST, self.document.validators
        self.pairs: list[Pair] = []
        self.changes: list[bytes] = []
        self.parent = self.chain_id

    def set_of(self, members: list[dict[str, Any]]) -> Validators:
        """The set of these."""
        return validators_of(self.chain_id, members)

    def add(self, following: Optional[list[int]] = None, signers: Optional[list[int]] = None) -> None:
        """Adds a block, after which perhaps others decide."""
        height = len(self.pairs) + 1
        after = self.members if following is None else in_order([member(one, 1) for one in seeds(following)])
        front = little(1, 4) + self.chain_id + little(height, 8) + little(self.document.time_ms + height, 8)
        front += self.parent + verify.list_root([]) * 2 + bytes(32)
        front += self.set_of(self.members).digest + self.set_of(after).digest
        front += address_of(support.public_key_of(seeds(self.deciding)[0]))
        block = tagged("block", self.chain_id, front)
        signed = certificate(self.chain_id, height, block, seeds(signers or self.deciding))
        self.pairs.append((front + little(0, 4), signed))
        if following is not None:
            self.changes.append(front + signed + members_bytes(after))
            self.deciding, self.members = following, after
        self.parent = block

    def answer(self) -> str:
        """What a gateway answers about the changes."""
        return json.dumps({"changes": [one.hex() for one in self.changes], "more": False, "height": len(self.pairs)})

    def export(self) -> bytes:
        """The export of all blocks."""
        return support.export_of(self.chain_id, self.pairs)

    def verified(self) -> verify.Chain:
        """The chain, verified with the changes."""
        return verify.verify(self.document, self.export(), light.changes_of(self.answer()))


def made() -> Made:
    """A chain of six blocks and two changes."""
    chain = Made()
    for following in (None, SECOND, None, THIRD, None, None):
        chain.add(following)
    return chain


class Exports(unittest.TestCase):
    """Exports of chains whose validators change."""

    def test_an_export_holds_with_the_changes_that_a_gateway_answered(self) -> None:
        chain = made().verified()
        self.assertEqual((chain.height, list(chain.validators.keys)), (6, list(made().set_of(
            [member(one, 1) for one in seeds(THIRD)]).keys)))

    def test_a_chain_whose_validators_were_voted_in_and_out_holds(self) -> None:
        for vector in support.vectors("sets.json"):
            document, output = genesis.read("\n".join(vector["input"]["genesis"])), vector["output"]
            pairs = [(raw(block["block_borsh"]), raw(block["certificate_borsh"])) for block in output["blocks"]]
            export = support.export_of(document.chain_id, pairs)
            changes = [decode(light.read_change, raw(one)) for one in output["changes"]]
            chain = verify.verify(document, export, changes)
            self.assertEqual(chain.parent.hex(), output["blocks"][-1]["id"])
            with self.assertRaisesRegex(Wrong, "other validators next"):
                verify.verify(document, export, changes[:-1])
            way = light.Way(document)
            for change in changes:
                way.advance(change)
            self.assertEqual(way.validators, chain.validators)

    def test_an_export_is_refused_without_them_and_with_others(self) -> None:
        one = made()
        for kept in ([], one.changes[1:]):
            with self.subTest(kept=len(kept)), self.assertRaisesRegex(Wrong, "block 2: other validators next"):
                verify.verify(one.document, one.export(), [decode(light.read_change, data) for data in kept])
        first = decode(light.read_change, one.changes[0])
        other = first.decided.header_bytes[:-1] + b"\7"
        for words, change in (("other validators follow", first._replace(next=[member(seeds([9])[0], 1)])),
                              ("too little power", with_decided(first, certificate=self.signed_by(one, [1, 2]))),
                              ("of another block", with_decided(first, header_bytes=other))):
            with self.subTest(words), self.assertRaisesRegex(Wrong, words):
                verify.verify(one.document, one.export(), [change])

    def signed_by(self, chain: Made, numbers: list[int]) -> bytes:
        """A certificate of the second block by these."""
        block = tagged("block", chain.chain_id, chain.pairs[1][0][:-4])
        return certificate(chain.chain_id, 2, block, seeds(numbers))

    def test_a_block_that_the_old_ones_sign_after_their_last_is_refused(self) -> None:
        chain = Made()
        chain.add(SECOND)
        chain.add(signers=FIRST)
        with self.assertRaisesRegex(Wrong, "block 2: a signature is of nobody who is a validator"):
            chain.verified()

    def test_a_change_of_a_block_that_changes_nothing_is_refused(self) -> None:
        chain, other = Made(), Made()
        chain.add()
        other.add(SECOND)
        chain.changes = other.changes
        with self.assertRaisesRegex(Wrong, "a block that changes nothing"):
            chain.verified()

    def test_the_program_takes_answers_as_files(self) -> None:
        one, vector = made(), support.vectors("chain.json")[-1]
        with tempfile.TemporaryDirectory() as directory:
            names = ("genesis.toml", "chain.lojal", "first.json", "second.json")
            files = [Path(directory) / name for name in names]
            files[0].write_text("\n".join(vector["input"]["genesis"]), encoding="utf-8")
            files[1].write_bytes(one.export())
            for file, change in zip(files[2:], one.changes):
                file.write_text(json.dumps({"changes": [change.hex()], "more": True}), encoding="utf-8")
            program = [sys.executable, verify.__file__, *map(str, files[:2])]
            options = [[], ["--changes", str(files[2])], ["--changes", str(files[2]), "--changes", str(files[3])]]
            codes = [subprocess.run([*program, *more], capture_output=True, check=False, timeout=60).returncode
                     for more in [*options, ["--changes"], ["--other", str(files[2])]]]
            self.assertEqual(codes, [1, 1, 0, 2, 2])


if __name__ == "__main__":
    unittest.main()
