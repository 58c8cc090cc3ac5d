"""Snapshots of the vectors, checked by the protocol's text (protocol, Snapshots)."""

from __future__ import annotations

import unittest
from typing import Any

import support
from formats import MANIFEST, SHELF, Reader, decode, little, number, require, tagged
from verify import bit, check_path, key_hash

DAY_MS = 24 * 60 * 60 * 1000
MINUTE_MS = 60_000


def raw(text: str) -> bytes:
    """Bytes in hex."""
    return bytes.fromhex(text)


def month_of(time_ms: int) -> int:
    """The month of a time, counted from January 1970."""
    days = time_ms // DAY_MS
    year, month = 1970, 0
    while True:
        is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        length = (31, 29 if is_leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month]
        if days < length:
            return (year - 1970) * 12 + month
        days -= length
        year, month = (year, month + 1) if month < 11 else (year + 1, 0)


def entries_of(chunk: bytes) -> list[support.Entry]:
    """The entries of a chunk: "each { length of the key: u32, length of the record: u32, key, record }"."""
    reader, entries = Reader(chunk), []
    while reader.at < len(chunk):
        lengths = number(4)(reader), number(4)(reader)
        entries.append((reader.take(lengths[0]), reader.take(lengths[1])))
    require(entries == support.placed(entries), "the entries are not in their order")
    return entries


def root_of(chunks: list[dict[str, Any]], depth: int = 0) -> bytes:
    """The root of chunks that lie next to each other, which are taken from the list."""
    if chunks[0]["depth"] == depth:
        taken: bytes = chunks.pop(0)["hash"]
        return taken
    left = root_of(chunks, depth + 1)
    return tagged("branch", left, root_of(chunks, depth + 1))


class Snapshots(unittest.TestCase):
    """The manifests and their pieces."""

    def test_manifests_make_up_the_state_of_their_header(self) -> None:
        for vector in support.vectors("snapshots.json"):
            with self.subTest(vector["name"]):
                output = vector["output"]
                encoded = raw(output["manifest_borsh"])
                manifest = decode(MANIFEST, encoded)
                header = manifest["header"]
                named = tagged("snapshot", header["chain_id"], encoded)
                self.assertEqual(named.hex(), output["manifest_hash"])
                self.assertEqual(root_of(list(manifest["chunks"])), header["state_root"])
                self.chunks(manifest, [raw(one) for one in output["chunks"]])
                self.records(manifest)
                self.ids(manifest, [raw(one) for one in output["recent"]])

    def chunks(self, manifest: dict[str, Any], pieces: list[bytes]) -> None:
        """Each chunk gives its hash."""
        listed = manifest["chunks"] + [chunk for shelf in manifest["shelves"] for chunk in shelf["chunks"]]
        self.assertEqual(len(pieces), len(listed))
        for chunk, piece in zip(listed, pieces):
            entries, depth = entries_of(piece), chunk["depth"]
            self.assertEqual((len(entries), len(piece)), (chunk["entries"], chunk["bytes"]))
            self.assertEqual(len({tuple(bit(key_hash(key), at) for at in range(depth)) for key, _ in entries}), 1)
            self.assertEqual(support.tree_root(entries, depth), chunk["hash"])

    def records(self, manifest: dict[str, Any]) -> None:
        """The proofs show which shelves and which minutes there are."""
        root, time_ms, proofs = manifest["header"]["state_root"], manifest["header"]["time_ms"], manifest["proofs"]
        months = range(month_of(time_ms) - 39, month_of(time_ms + DAY_MS) + 1)
        minutes = range(time_ms // MINUTE_MS, time_ms // MINUTE_MS + 61)
        keys = [b"\6" + little(month, 2) for month in months] + [b"\4" + little(minute, 8) for minute in minutes]
        self.assertEqual(len(proofs), len(keys))
        found = {}
        for key, proof in zip(keys, proofs):
            value = next((one["value"] for one in proof["page"] if one["kind"] == 1 and one["key"] == key), None)
            check_path(root, key, value, proof)
            found.update({key: value} if value is not None else {})
        for shelf in manifest["shelves"]:
            record = decode(SHELF, found.pop(b"\6" + little(shelf["month"], 2)))
            self.assertEqual(root_of(list(shelf["chunks"])), record["root"])
            self.assertEqual(sum(chunk["entries"] for chunk in shelf["chunks"]), record["count"])
        parts = {part["minute"]: part for part in manifest["recent"]}
        for minute, part in parts.items():
            count = sum(one["ids"] for one in manifest["recent"] if one["minute"] == minute)
            self.assertEqual(found.pop(b"\4" + little(minute, 8)), little(count, 8) + part["digest_after"])
        self.assertEqual(found, {})

    def ids(self, manifest: dict[str, Any], pieces: list[bytes]) -> None:
        """Each part of ids leads from the digest before it to the one after it."""
        chain_id = manifest["header"]["chain_id"]
        self.assertEqual(len(pieces), len(manifest["recent"]))
        digests: dict[int, bytes] = {}
        for part, piece in zip(manifest["recent"], pieces):
            self.assertEqual(len(piece), 32 * part["ids"])
            digest = digests.get(part["minute"], bytes(32))
            for at in range(0, len(piece), 32):
                digest = tagged("recent", chain_id, digest, piece[at : at + 32])
            self.assertEqual(digest, part["digest_after"])
            digests[part["minute"]] = digest


if __name__ == "__main__":
    unittest.main()
