"""The independent verifier verifies exports, and refuses what was changed in them."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any, Callable, Optional

import archive
import formats
import genesis
import support
import verify
from formats import Wrong, decode, little, tagged
from light import changes_of
from validators import vote_bytes

raw = bytes.fromhex
PROGRAMS = Path(os.environ.get("LOJAL_PROGRAMS", Path(__file__).parents[2] / "target" / "debug")).resolve()
Pair = tuple[bytes, bytes]


def economy() -> tuple[genesis.Genesis, list[Pair]]:
    """The chain of the vectors that has every kind of operation: its document, and its blocks with certificates."""
    vector = support.vectors("chain.json")[-1]
    pairs = [(raw(one["block_borsh"]), raw(one["certificate_borsh"])) for one in vector["output"]["blocks"]]
    return genesis.read("\n".join(vector["input"]["genesis"])), pairs


def contents(export: bytes) -> list[tuple[int, bytes]]:
    """The records of an archive: their kinds and contents."""
    reader, records = formats.Reader(export), []
    while reader.at < len(export):
        kind = export[reader.at]
        records.append((kind, archive.read_record(reader, kind)))
    return records


class Refusals(unittest.TestCase):
    """What is refused of a changed export."""

    document: genesis.Genesis
    pairs: list[Pair]
    export: bytes

    @classmethod
    def setUpClass(cls) -> None:
        cls.document, cls.pairs = economy()
        cls.export = support.export_of(cls.document.chain_id, cls.pairs)

    def refuse(self, pairs: list[Pair], words: str) -> None:
        """An export of these is refused, with these words."""
        with self.assertRaisesRegex(Wrong, words):
            verify.verify(self.document, support.export_of(self.document.chain_id, pairs))

    def test_the_export_holds(self) -> None:
        chain = verify.verify(self.document, self.export)
        self.assertEqual((chain.height, chain.transactions), (8, 98))

    def test_a_flipped_byte_is_refused_anywhere(self) -> None:
        draw = random.Random(1)
        for _ in range(120):
            place, change = draw.randrange(len(self.export)), draw.randrange(1, 256)
            with self.subTest(place=place, change=change), self.assertRaises(Wrong):
                verify.verify(self.document, flipped(self.export, place, change))

    def test_a_flipped_byte_under_a_right_checksum_is_refused_anywhere(self) -> None:
        draw, records = random.Random(2), contents(self.export)
        for _ in range(200):
            which, change = draw.randrange(len(records)), draw.randrange(1, 256)
            kind, content = records[which]
            place = draw.randrange(len(content))
            changed = [*records[:which], (kind, flipped(content, place, change)), *records[which + 1 :]]
            export = b"".join(archive.write_record(*one) for one in changed)
            with self.subTest(record=which, place=place, change=change), self.assertRaises(Wrong):
                verify.verify(self.document, export)

    def test_missing_blocks_and_ends_are_refused(self) -> None:
        for at in range(len(self.pairs) - 1):
            with self.subTest(dropped=at):
                self.refuse(self.pairs[:at] + self.pairs[at + 1 :], f"block {at + 1}: here stands block {at + 2}")
        self.refuse(self.pairs[:1] * 2, "here stands block 1")
        for end in (1, 10, len(self.export) // 2, len(self.export) - 1):
            with self.subTest(end=end), self.assertRaises(Wrong):
                verify.verify(self.document, self.export[:end])

    def test_other_certificates_are_refused(self) -> None:
        (first, one), (second, two) = self.pairs[:2]
        self.refuse([(first, two)], "the certificate is of another height")
        fork = resigned(self.document, first, lambda header: {**header, "state_root": bytes(32)})
        self.refuse([(first, fork[1])], "the certificate is of another block")
        signatures = decode(formats.CERTIFICATE, one)["signatures"]
        forged = [{**entry, "signature": signatures[0]["signature"]} for entry in signatures]
        strangers = [{**entry, "validator": bytes([at]) * 20} for at, entry in enumerate(signatures)]
        for kept, words in ((signatures[:1], "too little power"), (signatures[::-1], "not in order"),
                            (signatures[:1] * len(signatures), "not in order"), (forged, "doesn't hold"),
                            (strangers, "nobody")):
            with self.subTest(words):
                self.refuse([(first, one[:44] + signatures_bytes(kept))], words)

    def test_two_thirds_of_the_power_are_too_little(self) -> None:
        chain, block = bytes(32), b"\7" * 32
        seeds = [bytes([at]) * 32 for at in range(1, 4)]
        members = [member(seed, 1) for seed in seeds]
        validators = verify.validators_of(chain, members)
        verify.check_certificate(chain, validators, 1, block, certificate(chain, 1, block, seeds))
        with self.assertRaisesRegex(Wrong, "too little power"):
            verify.check_certificate(chain, validators, 1, block, certificate(chain, 1, block, seeds[:2]))

    def test_blocks_that_their_validators_should_never_have_signed_are_refused(self) -> None:
        document, first = self.document, self.pairs[0][0]
        parent_time = document.time_ms
        changes: list[tuple[str, dict[str, Any]]] = [
            ("a version", {"version": 3}),
            ("another chain", {"chain_id": bytes(32)}),
            ("parent", {"parent": bytes(32)}),
            ("isn't later", {"time_ms": parent_time}),
            ("root of its transactions", {"transactions_root": bytes(32)}),
            ("other validators", {"validators_hash": bytes(32)}),
            ("other validators next", {"next_validators_hash": bytes(32)}),
            ("its proposer", {"proposer": bytes(20)}),
            ("out of its time", {"time_ms": parent_time + verify.HOUR_MS}),
        ]
        for words, change in changes:
            with self.subTest(words, **change):
                self.refuse([resigned(document, first, lambda header: {**header, **change})], words)

    def test_transactions_that_no_block_can_have_are_refused(self) -> None:
        chain = self.document.chain_id
        seed = b"\x21" * 32
        good = transaction(chain, seed, self.document.time_ms + 60_000, b"\x25")
        verify.verify(self.document, support.export_of(chain, [self.with_transactions([good])]))
        stranger = good[:4] + verify.address_of(support.public_key_of(b"\x22" * 32)) + good[24:]
        for words, transactions in (("it was there before", [good, good]), ("doesn't hold", [good[:-64] + bytes(64)]),
                                    ("of another chain", [transaction(bytes(32), seed, 0, b"\x25")]),
                                    ("never its sender's", [signed_again(chain, seed, stranger)]),
                                    ("out of its time", [transaction(chain, seed, self.document.time_ms, b"\x25")])):
            with self.subTest(words):
                self.refuse([self.with_transactions(transactions)], words)

    def test_blocks_that_are_too_large_or_give_receipts_to_nothing_are_refused(self) -> None:
        document, first = self.document, self.pairs[0][0]
        most = transaction(document.chain_id, b"\x21" * 32, document.time_ms + 60_000, b"\x25", 100)
        self.refuse([self.with_transactions([most] * 200)], "it was there before")
        self.refuse([self.with_transactions([most] * 201)], "too many operations")
        none = verify.list_root([])
        empty = resigned(document, first, lambda header: {**header, "transactions_root": none}, [])
        self.refuse([empty], "receipts without transactions")

    def test_damaged_records_are_refused_as_such(self) -> None:
        with self.assertRaisesRegex(Wrong, "a record is damaged"):
            verify.verify(self.document, flipped(self.export, len(self.export) - 1, 1))
        head, *records = contents(self.export)
        swapped = [head, *((archive.BLOCK + archive.CERTIFICATE - kind, content) for kind, content in records)]
        with self.assertRaisesRegex(Wrong, "no record of kind 2"):
            verify.verify(self.document, b"".join(archive.write_record(*one) for one in swapped))

    def test_two_validators_with_one_key_are_refused(self) -> None:
        with self.assertRaisesRegex(Wrong, "the same key"):
            verify.validators_of(bytes(32), [member(bytes(32), 1), member(bytes(32), 2)])

    def test_other_receipts_are_refused(self) -> None:
        chain = verify.Chain(self.document)
        block = chain.append(*self.pairs[0])
        identities = [chain.transaction_id(signed) for signed in block.transactions]
        applied = [identity + b"\0" for identity in identities]
        for words, receipts in (("a receipt for each", applied[1:]), ("of another transaction", applied[::-1])):
            rooted = block._replace(header={**block.header, "receipts_root": verify.list_root(receipts)})
            with self.subTest(words), self.assertRaisesRegex(Wrong, words):
                verify.check_receipts(chain, rooted, receipts)
        with self.assertRaisesRegex(Wrong, "the root of the receipts differs"):
            verify.check_receipts(chain, block, applied[:-1] + [identities[-1] + b"\1\0\xcc\0"])

    def test_an_applied_answer_to_another_request_is_refused(self) -> None:
        operation = next(decode(formats.OPERATIONS, raw(one["output"]["borsh"]))
                         for one in support.vectors("operations.json") if one["name"] == "redeem by request")
        chain = verify.Chain(self.document)
        for amount, right in ((operation["amount"], True), (operation["amount"] + 1, False)):
            reference = verify.request_reference(chain.id, operation)
            answer = {**operation, "amount": amount, "request": {**operation["request"], "reference": reference}}
            signed = formats.Signed({"operations": [answer]}, b"a transaction", bytes(32), bytes(64))
            receipts = [chain.transaction_id(signed) + b"\0"]
            block = formats.Block({"receipts_root": verify.list_root(receipts)}, b"", [signed])
            if right:
                verify.check_receipts(chain, block, receipts)
                continue
            with self.assertRaisesRegex(Wrong, "an answer to another request"):
                verify.check_receipts(chain, block, receipts)

    def with_transactions(self, transactions: list[bytes]) -> Pair:
        """A first block of these, rightly signed by its validators."""
        return resigned(self.document, self.pairs[0][0],
                        lambda header: {**header, "transactions_root": verify.list_root(transactions)}, transactions)

    def test_another_genesis_document_is_another_chain(self) -> None:
        other = genesis.read("\n".join(support.vectors("genesis.json")[1]["input"]))
        with self.assertRaisesRegex(Wrong, "no archive of this chain"):
            verify.verify(other, self.export)

    def test_a_proof_of_another_account_is_refused(self) -> None:
        vector = support.vectors("chain.json")[-1]["output"]
        entries, root = support.entries_of(vector["last_state"]), raw(vector["blocks"][-1]["header"]["state_root"])
        accounts = [entry for entry in entries if entry[0][0] == 32]
        proofs = {key: support.tree_proof(support.placed(entries), key) for key, _ in accounts}
        for key, record in accounts:
            verify.check_proof(root, key, record, proofs[key])
            for other, other_record in accounts:
                if other_record != record:
                    with self.assertRaises(Wrong):
                        verify.check_proof(root, key, other_record, proofs[other])

    def test_proofs_of_another_form_are_refused(self) -> None:
        one, two = support.placed([(b"\x20" + bytes(19) + bytes([at]), b"value") for at in range(2)])
        shown = verify.label(one[0])
        proof = support.proof_of([], [two, one], shown)
        with self.assertRaisesRegex(Wrong, "isn't sorted"):
            verify.check_proof(verify.page_hash(support.page_of([two, one])), *one, proof)
        hidden = support.proof_of([], [one, two], b"no label")
        with self.assertRaisesRegex(Wrong, "hides an entry"):
            verify.check_proof(support.tree_root([one, two]), b"\x20" + bytes(20) + b"absent", None, hidden)
        one, beside = (b"key 0", b"value"), bytes(32)
        absent = next(b"absent %d" % at for at in range(64)
                      if verify.bit(verify.key_hash(b"absent %d" % at), 0) != verify.bit(verify.key_hash(one[0]), 0))
        halves = (beside, verify.page_hash(support.page_of([one])))
        root = tagged("branch", *(halves if verify.bit(verify.key_hash(absent), 0) else halves[::-1]))
        with self.assertRaisesRegex(Wrong, "of another place"):
            verify.check_proof(root, absent, None, support.proof_of([beside], [one], verify.label(one[0])))

    def test_a_record_on_no_shelf_is_refused(self) -> None:
        key = b"\x50\xaa\x02" + formats.sized("nordmat") + formats.sized("receipt 1")
        proof, root = little(0, 4) + little(0, 4) + b"\0", verify.page_hash([])
        verify.check_shelf_proof(root, key, None, proof)
        with self.assertRaisesRegex(Wrong, "there is no such shelf"):
            verify.check_shelf_proof(root, key, b"value", proof)
        with self.assertRaisesRegex(Wrong, "a key of no shelf"):
            verify.check_shelf_proof(root, b"\x20" + key[1:], None, proof)


def flipped(data: bytes, place: int, change: int) -> bytes:
    """Bytes with another one at a place."""
    return data[:place] + bytes([data[place] ^ change]) + data[place + 1 :]


def signatures_bytes(signatures: list[dict[str, Any]]) -> bytes:
    """The end of a certificate."""
    return little(len(signatures), 4) + b"".join(one["validator"] + one["signature"] for one in signatures)


def member(seed: bytes, power: int) -> dict[str, Any]:
    """A validator."""
    key = support.public_key_of(seed)
    return {"name": f"v{seed[0]}", "public_key": key, "network_key": key, "power": power}


def certificate(chain: bytes, height: int, block: bytes, seeds: list[bytes]) -> bytes:
    """A certificate by the secrets of validators."""
    signatures = []
    for seed in seeds:
        voter = verify.address_of(support.public_key_of(seed))
        message = vote_bytes(chain, 2, height, 0, block, voter)
        signatures.append({"validator": voter, "signature": support.sign(seed, message)})
    signatures.sort(key=lambda one: one["validator"])
    return little(height, 8) + little(0, 4) + block + signatures_bytes(signatures)


def resigned(document: genesis.Genesis, encoded: bytes, change: Callable[[dict[str, Any]], dict[str, Any]],
             transactions: Optional[list[bytes]] = None) -> Pair:
    """A first block with another header, and a right certificate by its validators, whose secrets everybody knows."""
    header = change(decode(formats.read_block, encoded).header)
    sizes = {"version": 4, "height": 8, "time_ms": 8}
    front = b"".join(little(value, sizes[name]) if name in sizes else value for name, value in header.items())
    rest = encoded[len(front) :]
    if transactions is not None:
        rest = little(len(transactions), 4) + b"".join(transactions)
    digest = tagged("block", document.chain_id, front)
    return front + rest, certificate(document.chain_id, 1, digest, [bytes([at]) * 32 for at in range(1, 5)])


def transaction(chain: bytes, seed: bytes, valid_until_ms: int, operation: bytes, times: int = 1) -> bytes:
    """A signed transaction of one operation, so many times."""
    sender = verify.address_of(support.public_key_of(seed))
    fields = chain[:4] + sender + little(valid_until_ms, 8) + little(7, 8) + little(times, 4) + operation * times
    return signed_again(chain, seed, fields + bytes(96))


def signed_again(chain: bytes, seed: bytes, signed: bytes) -> bytes:
    """A transaction with another key's signature."""
    fields = signed[:-96]
    message = b"lojal/tx-signature/v1" + chain + tagged("tx", chain, fields)
    return fields + support.public_key_of(seed) + support.sign(seed, message)


class RealNetwork(unittest.TestCase):
    """An export of a network of four validators, on which a family's month has been played."""

    def test_an_export_of_a_real_network_holds(self) -> None:
        missing = [name for name in ("lojal", "lojal-audit", "lojal-node") if not (PROGRAMS / name).is_file()]
        if missing:
            self.skipTest(f"no {', '.join(missing)} in {PROGRAMS}: cargo build --bins, or set LOJAL_PROGRAMS")
        with tempfile.TemporaryDirectory() as directory:
            network, export = Path(directory) / "network", Path(directory) / "chain.lojal"
            self.run_program("lojal-node", "devnet", "--tour", "--dir", str(network))
            self.run_program("lojal-audit", "export", "--dir", str(network / "node-0" / "data"), "--file", str(export))
            text, data = (network / "genesis.toml").read_text(encoding="utf-8"), export.read_bytes()
            # The node keeps each change of the validators in the bytes in which a gateway gives it.
            kept = sorted((network / "node-0" / "data" / "changes").iterdir())
            answer = Path(directory) / "changes.json"
            answer.write_text(json.dumps({"changes": [one.read_bytes().hex() for one in kept]}), encoding="utf-8")
            changes = changes_of(answer.read_text(encoding="utf-8"))
            chain = verify.verify(genesis.read(text), data, changes)
            self.assertGreater(min(chain.height, chain.transactions), 20)
            self.assertEqual(len(changes), 2, "a brand joins with a validator, and another one leaves")
            with self.assertRaisesRegex(Wrong, "other validators next"):
                verify.verify(genesis.read(text), data, changes[:1])
            program = [sys.executable, verify.__file__, str(network / "genesis.toml"), str(export), "--changes",
                       str(answer)]
            said = subprocess.run(program, capture_output=True, text=True, check=True, timeout=60).stdout
            self.assertIn(chain.parent.hex(), said)
            export.write_bytes(flipped(data, len(data) // 2, 1))
            self.assertEqual(subprocess.run(program, capture_output=True, check=False, timeout=60).returncode, 1)

    def run_program(self, name: str, *arguments: str) -> None:
        """Runs one of the programs to its end, or stops it and all that it has started."""
        process = subprocess.Popen([PROGRAMS / name, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   text=True, start_new_session=True)
        try:
            said, _ = process.communicate(timeout=300)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            said, _ = process.communicate()
        self.assertEqual(process.returncode, 0, said)


if __name__ == "__main__":
    unittest.main()
