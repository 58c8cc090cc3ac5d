#!/usr/bin/env python3
"""Verifies a saved receipt against a genesis document, and knows nothing of the programs that made them.

    python3 tests/independent/receipt.py GENESIS FILE

It needs no network and nobody's word (protocol, Light clients). Exit codes: 0 the receipt holds, 1 it doesn't, 2 the
arguments make no sense.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

import genesis
from formats import BOOL, HASH, RECEIPT, Reader, Signed, Wrong, decode, many, read_signed, record, require, tagged
from light import Change, Decided, Way, bytes_of, read_change, read_decided

STEPS = many(record(is_left=BOOL, other=HASH), 0, 14)
CHANGES_MAX = 1024
FILE = re.compile('{\n  "format": "lojal-receipt/1",\n  "receipt": "((?:[0-9a-f]{2})+)"\n}\n')


class Receipt(NamedTuple):
    """The content of a file."""

    changes: list[Change]
    decided: Decided
    signed: Signed
    receipt: bytes
    transactions_path: list[dict[str, Any]]
    receipts_path: list[dict[str, Any]]


def read_receipt(reader: Reader) -> Receipt:
    """"The changes of the validators before the block, and the proof" (protocol, Light clients)."""
    changes = many(read_change, 0, CHANGES_MAX)(reader)
    decided, signed = read_decided(reader), read_signed(reader)
    return Receipt(changes, decided, signed, bytes_of(reader, RECEIPT)[1], STEPS(reader), STEPS(reader))


def root_of_path(leaf: bytes, path: list[dict[str, Any]]) -> bytes:
    """The root to which a path leads: each step says "whether the other hash stands on the left, and that hash"
    (protocol, Light clients)."""
    digest = hashlib.sha256(b"\0" + leaf).digest()
    for step in path:
        pair = (step["other"], digest) if step["is_left"] else (digest, step["other"])
        digest = hashlib.sha256(b"\1" + b"".join(pair)).digest()
    return digest


def verify_receipt(document: genesis.Genesis, text: str) -> Receipt:
    """Refuses a file unless it shows that its transaction is on the ledger. "There is one text of it, and no other byte
    may stand in the file." (protocol, Light clients)"""
    written = FILE.fullmatch(text)
    require(written is not None, "it isn't written as a receipt is saved")
    receipt: Receipt = decode(read_receipt, bytes.fromhex(written[1] if written else ""))
    way = Way(document)
    for change in receipt.changes:
        way.advance(change)
    way.check(receipt.decided)
    header = receipt.decided.header
    leaves = (receipt.signed.encoded(), receipt.transactions_path), (receipt.receipt, receipt.receipts_path)
    roots = [root_of_path(leaf, path) for leaf, path in leaves]
    require(roots[0] == header["transactions_root"], "the transaction isn't one of the block")
    require(roots[1] == header["receipts_root"], "the receipt isn't one of the block")
    # "both take the same turns, and the receipt is that of the transaction's id" (protocol, Light clients)
    turns = [[step["is_left"] for step in path] for _, path in leaves]
    require(turns[0] == turns[1], "the receipt is that of another transaction")
    identity = tagged("tx", way.chain_id, receipt.signed.transaction)
    require(receipt.receipt[:32] == identity, "the receipt is that of another transaction")
    return receipt


def main(arguments: list[str]) -> int:
    """Verifies what the arguments name, and says the result."""
    if len(arguments) != 2:
        print("usage: receipt.py GENESIS FILE", file=sys.stderr)
        return 2
    try:
        document = genesis.read(Path(arguments[0]).read_text(encoding="utf-8"))
        # Line ends are bytes like others.
        receipt = verify_receipt(document, Path(arguments[1]).read_bytes().decode("utf-8"))
    except (OSError, UnicodeDecodeError, Wrong) as error:
        print(error, file=sys.stderr)
        return 1
    outcome = "was applied" if receipt.receipt[32:] == b"\0" else "failed, and did nothing"
    print(f"transaction {receipt.receipt[:32].hex()} {outcome}:")
    print(f"it is in block {receipt.decided.header['height']} of chain {document.chain_id.hex()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
