#!/usr/bin/env python3
"""Verifies an export of the ledger against a genesis document, and knows nothing of the programs that made them.

    python3 tests/independent/verify.py GENESIS EXPORT [--changes FILE]...

It is written from docs/protocol.md, docs/api.md and the vectors in tests/vectors, and needs Python 3.9 and nothing
else. Exit codes: 0 everything that it checks holds, 1 something doesn't, 2 the arguments make no sense.

It checks the chain id, the bytes of everything, every header's hash and link, the roots of transactions, every
signature, every certificate, and with the records at hand receipts' roots, proofs of the state, activity, blinds and
requests. It doesn't execute operations: that the roots of receipts and of the state are those that the rules give, only
an auditor can say that replays them. It doesn't have the tables of the letters of names. Version 1 has no files of
receipts, so it reads none.

An export has hashes of the validators, and not them. Where they change, it takes those who come from what a gateway has
answered to `GET /v1/light/changes?after=0`, saved to a file; several answers are several files.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any, Optional

import archive
import ed25519
import genesis
from formats import (PROOF, SHELF, SHELF_PROOF, Block, Signed, Wrong, decode, little, may_be_there, read_block, require,
                     sized, tagged)
from light import Change, changes_of, validators_after
from validators import Validators, address_of, check_certificate, validators_of

HOUR_MS = 60 * 60 * 1000
MINUTE_MS = 60 * 1000
REDEEM, ROTATE_KEY, START_RECOVERY, GRANT, CLAIM, USE_VOUCHER = 2, 32, 34, 69, 70, 71
VERSIONS = (1, 2)


def list_root(leaves: list[bytes]) -> bytes:
    """The root of a list. "RFC 9162, section 2.1.1 (0x00 before leaves, 0x01 before nodes)" (protocol, Bytes)."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return hashlib.sha256(b"\1" + list_root(leaves[:middle]) + list_root(leaves[middle:])).digest()


def household_address(chain_id: bytes, transaction: bytes, operation: int) -> bytes:
    """The address of a household: "the first 20 bytes, the last bit set" (protocol, Bytes)."""
    digest = tagged("household", chain_id, transaction, little(operation, 1))[:20]
    return digest[:19] + bytes([digest[19] | 1])


class Chain:
    """A chain as far as it is verified."""

    def __init__(self, document: genesis.Genesis, changes: Optional[list[Change]] = None) -> None:
        self.id = document.chain_id
        self.changes = {one.decided.header["height"]: one for one in changes or []}
        self.validators = validators_of(self.id, document.validators)
        self.height = 0
        self.parent = self.id
        self.time_ms = document.time_ms
        self.seen: dict[tuple[int, bytes], int] = {}
        self.keys: dict[bytes, set[bytes]] = {}
        # The campaigns that have given something, by the ids of the vouchers that it is if it is one.
        self.given: dict[bytes, int] = {}
        self.transactions = 0

    def append(self, encoded: bytes, certificate: bytes) -> Block:
        """Verifies the next block and its certificate."""
        try:
            block: Block = decode(read_block, encoded)
            digest = tagged("block", self.id, block.header_bytes)
            self.check_header(block.header)
            check_certificate(self.id, self.validators, block.header["height"], digest, certificate)
            self.check_transactions(block)
            validators = self.validators_after(block)
        except Wrong as error:
            raise Wrong(f"block {self.height + 1}: {error}") from error
        self.height, self.parent, self.time_ms = block.header["height"], digest, block.header["time_ms"]
        self.validators = validators
        self.transactions += len(block.transactions)
        return block

    def check_header(self, header: dict[str, Any]) -> None:
        """Refuses a header that doesn't follow the last one."""
        require(header["version"] in VERSIONS, "a version that this program doesn't know")
        require(header["chain_id"] == self.id, "a block of another chain")
        require(header["height"] == self.height + 1, f"here stands block {header['height']}")
        require(header["parent"] == self.parent, "its parent is another block")
        # "A block's time is later than its parent's" (protocol, Blocks and finality)
        require(header["time_ms"] > self.time_ms, "its time isn't later than its parent's")
        require(header["validators_hash"] == self.validators.digest, "other validators")
        require(header["proposer"] in self.validators.keys, "its proposer is no validator")

    def validators_after(self, block: Block) -> Validators:
        """The validators that decide the next block: the same, or those of the change at this height."""
        header, change = block.header, self.changes.get(block.header["height"])
        if header["next_validators_hash"] == self.validators.digest:
            require(change is None, "a change is given of a block that changes nothing")
            return self.validators
        if change is None:
            raise Wrong("other validators next, and no file of changes has this one: see --changes")
        require(change.decided.header_bytes == block.header_bytes, "the change is of another block")
        digest, certificate = tagged("block", self.id, block.header_bytes), change.decided.certificate
        check_certificate(self.id, self.validators, header["height"], digest, certificate)
        return validators_after(self.id, change)

    def check_transactions(self, block: Block) -> None:
        """Refuses transactions that can't be in this block."""
        leaves = [one.encoded() for one in block.transactions]
        require(block.header["transactions_root"] == list_root(leaves), "the root of its transactions differs")
        # "a block | 4 MiB, 10,000 transactions, 20,000 operations" (protocol, Limits)
        operations = sum(len(one.fields["operations"]) for one in block.transactions)
        require(operations <= 20_000, "too many operations")
        if not leaves:
            require(block.header["receipts_root"] == list_root([]), "receipts without transactions")
        now = block.header["time_ms"]
        self.seen = {seen: minute for seen, minute in self.seen.items() if (minute + 1) * MINUTE_MS > now}
        for place, one in enumerate(block.transactions):
            try:
                self.check_transaction(one, now)
            except Wrong as error:
                raise Wrong(f"transaction {place}: {error}") from error

    def transaction_id(self, signed: Signed) -> bytes:
        """The id of a transaction."""
        return tagged("tx", self.id, signed.transaction)

    def check_transaction(self, signed: Signed, now: int) -> None:
        """Refuses what can't be in a block (protocol, Transactions), as far as it shows without the state."""
        fields, identity = signed.fields, self.transaction_id(signed)
        require(fields["chain"] == self.id[:4], "of another chain")
        require(now < fields["valid_until_ms"] <= now + HOUR_MS, "out of its time")
        # "An id whose first 16 bytes are those of one that is remembered under the same minute […] counts as the
        # same" (protocol, Transactions)
        minute = fields["valid_until_ms"] // MINUTE_MS
        require((minute, identity[:16]) not in self.seen, "it was there before")
        self.seen[(minute, identity[:16])] = minute
        message = b"lojal/tx-signature/v1" + self.id + identity
        require(ed25519.holds(signed.public_key, message, signed.signature), "its signature doesn't hold")
        later = self.keys.get(fields["sender"], set())
        own = address_of(signed.public_key) == fields["sender"]
        require(own or signed.public_key in later, "its key was never its sender's")
        for operation in fields["operations"]:
            if operation["kind"] in (ROTATE_KEY, START_RECOVERY):
                account = operation.get("account", fields["sender"])
                self.keys.setdefault(account, set()).add(operation["new_key"])


def request_reference(chain_id: bytes, operation: dict[str, Any]) -> bytes:
    """The reference of the request that an operation answers: "The ledger puts the request together again from the
    answer and computes its hash." (protocol, Points)"""
    answer = operation["request"]
    kind = b"\0" if operation["kind"] == REDEEM else b"\1" + little(operation["expires_ms"], 8)
    household = operation["source"] if answer["for_household"] else None
    request = sized(operation["brand"]) + little(operation["amount"], 8) + kind + little(answer["dated"], 4)
    request += little(answer["until_ms"], 8) + may_be_there(household) + answer["salt"]
    return tagged("request", chain_id, request)


def voucher_id(chain_id: bytes, transaction: bytes, index: int) -> bytes:
    """The id of the voucher that an operation gives: "the first 16 bytes of the hash, under `lojal/claim/v1`, of the
    transaction's id and the operation's index" (protocol, Vouchers and refunds)."""
    return tagged("claim", chain_id, transaction, bytes([index]))[:16]


def voucher_reference(chain_id: bytes, operation: dict[str, Any], campaign: int) -> bytes:
    """The reference of the request that the use of a voucher of a campaign answers: "The reference is the hash of the
    request under `lojal/voucher-request/v1`" (protocol, Vouchers and refunds)."""
    answer = operation["request"]
    household = operation["account"] if answer["for_household"] else None
    request = sized(operation["brand"]) + little(campaign, 4) + little(operation["quantity"], 2)
    request += little(answer["dated"], 4) + little(answer["until_ms"], 8) + may_be_there(household) + answer["salt"]
    return tagged("voucher-request", chain_id, request)


def check_receipts(chain: Chain, block: Block, receipts: list[bytes]) -> None:
    """Refuses receipts that aren't those of the block, and applied answers to other requests."""
    require(block.header["receipts_root"] == list_root(receipts), "the root of the receipts differs")
    require(len(receipts) == len(block.transactions), "a receipt for each transaction")
    for signed, receipt in zip(block.transactions, receipts):
        identity = chain.transaction_id(signed)
        require(receipt[:32] == identity, "a receipt of another transaction")
        for index, operation in enumerate(signed.fields["operations"] if receipt[32:] == b"\0" else []):
            check_answer(chain, operation)
            if operation["kind"] in (GRANT, CLAIM):
                chain.given[voucher_id(chain.id, identity, index)] = operation["campaign"]


def check_answer(chain: Chain, operation: dict[str, Any]) -> None:
    """Refuses an applied answer to another request, and the use of a voucher that nothing has given."""
    if operation.get("request") is None:
        return
    if operation["kind"] == USE_VOUCHER:
        require(operation["voucher"] in chain.given, "a voucher that was never given")
        reference = voucher_reference(chain.id, operation, chain.given[operation["voucher"]])
    else:
        reference = request_reference(chain.id, operation)
    require(operation["request"]["reference"] == reference, "an answer to another request")


def fold_activity(before: bytes, transaction: bytes, height: int, outcome: bytes) -> bytes:
    """An account's activity after one more transaction: "the hash, under `lojal/activity/v1`, of the digest before, the
    transaction's id, the height (u64, little-endian) and its outcome as a receipt has it" (protocol, Activity)."""
    count = int.from_bytes(before[:8], "little") + 1
    return little(count, 8) + tagged("activity", before[8:], transaction, little(height, 8), outcome)


def blind(digest: bytes, key: bytes) -> bytes:
    """The blind of a record: "the first 16 bytes of the hash, under `lojal/blind/v1`, of the digest of the account's
    activity after the block and the key" (protocol, State and proofs)."""
    return tagged("blind", digest, key)[:16]


def key_hash(key: bytes) -> bytes:
    """The place of a key. The hash of one about an account "has its first four bytes replaced by those of the address"
    (protocol, State and proofs)."""
    digest = tagged("key", key)
    about_account = 32 <= key[0] <= 47 or 64 <= key[0] <= 79
    return key[1:5] + digest[4:] if about_account else digest


def bit(place: bytes, depth: int) -> int:
    """A bit of a place, "the most significant first" (protocol, State and proofs)."""
    return place[depth // 8] >> (7 - depth % 8) & 1


def label(key: bytes) -> bytes:
    """The label of an entry: "the first eight bytes of the account's address if its key is about an account, and else
    of its key hash" (protocol, State and proofs)."""
    about_account = 32 <= key[0] <= 47 or 64 <= key[0] <= 79
    return key[1:9] if about_account else key_hash(key)[:8]


def entry_hash(key: bytes, value: bytes) -> bytes:
    """The hash of an entry: "its hash is that of its key hash and its value" (protocol, State and proofs)."""
    return tagged("entry", key_hash(key), value)


def page_hash(entries: list[tuple[bytes, bytes]]) -> bytes:
    """The hash of a page: of "the label and the hash of each of its entries" (protocol, State and proofs)."""
    return tagged("page", *(part for entry in entries for part in entry))


def check_proof(root: bytes, key: bytes, value: Optional[bytes], encoded: bytes) -> None:
    """Refuses a proof that a record is in the state under its key, or without a value that none is."""
    check_path(root, key, value, decode(PROOF, encoded))


def check_shelf_proof(root: bytes, key: bytes, value: Optional[bytes], encoded: bytes) -> None:
    """The same for a record on a shelf: its proof "is that of the shelf's record, and a proof in the shelf's tree"
    (protocol, State and proofs)."""
    proof = decode(SHELF_PROOF, encoded)
    found = proof["on_shelf"]
    require(80 <= key[0] <= 95, "a key of no shelf")
    require(found is not None or value is None, "there is no such shelf")
    check_path(root, b"\6" + key[1:3], found["shelf"] if found else None, proof["state"])
    if found:
        check_path(decode(SHELF, found["shelf"])["root"], key, value, found["tree"])


def check_path(root: bytes, key: bytes, value: Optional[bytes], proof: dict[str, Any]) -> None:
    """Refuses a proof unless it leads to the root, and its page says what it must."""
    place, beside = key_hash(key), proof["beside"]
    shown = {one["key"]: one["value"] for one in proof["page"] if one["kind"] == 1}
    places = [key_hash(one["key"]) for one in proof["page"] if one["kind"] == 1]
    require(all(a < b for a, b in zip(places, places[1:])), "the page isn't sorted")
    require(all(bit(one, depth) == bit(place, depth) for one in places for depth in range(len(beside))),
            "the page is of another place")
    require(all(one["label"] != label(key) for one in proof["page"] if one["kind"] == 0), "the page hides an entry")
    require(shown.get(key) == value, "the page says otherwise")
    page = [(one["label"], one["hash"]) if one["kind"] == 0
            else (label(one["key"]), entry_hash(one["key"], one["value"])) for one in proof["page"]]
    digest = page_hash(page)
    for depth in range(len(beside) - 1, -1, -1):
        pair = (beside[depth], digest) if bit(place, depth) else (digest, beside[depth])
        digest = tagged("branch", *pair)
    require(digest == root, "the proof leads to another root")


def verify(document: genesis.Genesis, export: bytes, changes: Optional[list[Change]] = None) -> Chain:
    """Verifies an export from the first block on, and gives the chain to its last."""
    chain = Chain(document, changes)
    for block, certificate in archive.read(chain.id, export):
        chain.append(block, certificate)
    return chain


def main(arguments: list[str]) -> int:
    """Verifies what the arguments name, and says the result."""
    named, options = arguments[:2], arguments[2:]
    if len(named) != 2 or len(options) % 2 or any(one != "--changes" for one in options[::2]):
        print("usage: verify.py GENESIS EXPORT [--changes FILE]...", file=sys.stderr)
        return 2
    try:
        document = genesis.read(Path(named[0]).read_text(encoding="utf-8"))
        changes = [one for file in options[1::2] for one in changes_of(Path(file).read_text(encoding="utf-8"))]
        chain = verify(document, Path(named[1]).read_bytes(), changes)
    except (OSError, UnicodeDecodeError, Wrong) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"chain {chain.id.hex()}: {chain.height} blocks with {chain.transactions} transactions hold, the last is")
    print(chain.parent.hex())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
