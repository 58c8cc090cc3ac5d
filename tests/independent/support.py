"""What the tests need besides the verifier: the vectors, signatures by secrets that everybody knows, trees, exports."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Optional

import archive
import ed25519
from formats import little, tagged
from verify import bit, entry_hash, key_hash, label, page_hash

VECTORS = Path(__file__).parent.parent / "vectors"
Entry = tuple[bytes, bytes]


def vectors(file: str) -> list[dict[str, Any]]:
    """The vectors of a file."""
    read: list[dict[str, Any]] = json.loads((VECTORS / file).read_text(encoding="utf-8"))["vectors"]
    return read


def encoded_point(point: ed25519.Point) -> bytes:
    """The 32 bytes of a point (RFC 8032, section 5.1.2)."""
    inverse = pow(point.z, ed25519.P - 2, ed25519.P)
    x, y = point.x * inverse % ed25519.P, point.y * inverse % ed25519.P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def secret_of(seed: bytes) -> tuple[int, bytes]:
    """The secret number and the prefix of a seed (RFC 8032, section 5.1.5)."""
    digest = hashlib.sha512(seed).digest()
    number = int.from_bytes(digest[:32], "little")
    return number & (2**254 - 8) | 2**254, digest[32:]


def times_base(number: int) -> bytes:
    """A multiple of the base point."""
    return encoded_point(ed25519.sum_of_multiples(number, ed25519.BASE, 0, ed25519.IDENTITY))


def public_key_of(seed: bytes) -> bytes:
    """The public key of a seed."""
    return times_base(secret_of(seed)[0])


def sign(seed: bytes, message: bytes) -> bytes:
    """A signature (RFC 8032, section 5.1.6)."""
    secret, prefix = secret_of(seed)
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % ed25519.ORDER
    front = times_base(r)
    k = int.from_bytes(hashlib.sha512(front + times_base(secret) + message).digest(), "little")
    return front + ((r + k * secret) % ed25519.ORDER).to_bytes(32, "little")


CHARACTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def bech32m(prefix: str, data: bytes) -> str:
    """The text of an address (BIP 350)."""
    bits = "".join(f"{byte:08b}" for byte in data)
    words = [int(bits[at : at + 5].ljust(5, "0"), 2) for at in range(0, len(bits), 5)]
    check = 1
    for word in [ord(one) >> 5 for one in prefix] + [0] + [ord(one) & 31 for one in prefix] + words + [0] * 6:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ word
        for place, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> place & 1 else 0
    check ^= 0x2BC830A3
    words += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return prefix + "1" + "".join(CHARACTERS[word] for word in words)


def placed(entries: list[Entry]) -> list[Entry]:
    """Entries as pages hold them, sorted by the hashes of their keys."""
    return sorted(entries, key=lambda entry: key_hash(entry[0]))


def page_of(entries: list[Entry]) -> list[Entry]:
    """The labels and hashes of the entries of a page."""
    return [(label(key), entry_hash(key, value)) for key, value in entries]


def tree_root(entries: list[Entry], depth: int = 0) -> bytes:
    """The root of a tree. "A subtree with at most 16 entries is one page; a larger one splits on the next bit"
    (protocol, State and proofs)."""
    if len(entries) <= 16:
        return page_hash(page_of(entries))
    sides = [[entry for entry in entries if bit(key_hash(entry[0]), depth) == side] for side in (0, 1)]
    return tagged("branch", *(tree_root(side, depth + 1) for side in sides))


def tree_proof(entries: list[Entry], key: bytes) -> bytes:
    """The proof of a key, or of its absence."""
    place = key_hash(key)
    beside: list[bytes] = []
    while len(entries) > 16:
        depth = len(beside)
        other = [entry for entry in entries if bit(key_hash(entry[0]), depth) != bit(place, depth)]
        beside.append(tree_root(other, depth + 1))
        entries = [entry for entry in entries if bit(key_hash(entry[0]), depth) == bit(place, depth)]
    return proof_of(beside, entries, label(key))


def proof_of(beside: list[bytes], entries: list[Entry], shown: bytes) -> bytes:
    """The bytes of a proof that shows the entries with a label."""
    def slot(key: bytes, value: bytes) -> bytes:
        if label(key) != shown:
            return b"\0" + label(key) + entry_hash(key, value)
        return b"\1" + sized_bytes(key) + sized_bytes(value)

    page = b"".join(slot(*entry) for entry in entries)
    return little(len(beside), 4) + b"".join(beside) + little(len(entries), 4) + page


def sized_bytes(data: bytes) -> bytes:
    """Bytes after their length."""
    return little(len(data), 4) + data


def entries_of(listed: list[list[str]]) -> list[Entry]:
    """The entries of a state or a shelf in the vectors."""
    return [(bytes.fromhex(key), bytes.fromhex(value)) for key, value in listed]


def find(entries: list[Entry], key: bytes) -> Optional[bytes]:
    """The record under a key."""
    return dict(entries).get(key)


def export_of(chain_id: bytes, pairs: list[Entry]) -> bytes:
    """An archive of blocks with their certificates."""
    records = [archive.write_record(archive.HEAD, archive.head(chain_id, 1))]
    for block, certificate in pairs:
        records.append(archive.write_record(archive.BLOCK, block))
        records.append(archive.write_record(archive.CERTIFICATE, certificate))
    return b"".join(records)
