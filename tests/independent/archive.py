"""An export: the archive that `lojal-audit export` writes (protocol, Archives)."""

from __future__ import annotations

from typing import Iterator

from formats import Reader, Wrong, little, require

VERSION = 3
HEAD, BLOCK, CERTIFICATE = 1, 2, 4


CASTAGNOLI = 0x82F63B78


def checksum_table() -> list[int]:
    """CRC-32C of every byte."""
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (CASTAGNOLI if byte & 1 else 0)
        table.append(byte)
    return table


CHECKSUMS = checksum_table()


def checksum(data: bytes) -> int:
    """CRC-32C."""
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ CHECKSUMS[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def read_record(reader: Reader, kind: int) -> bytes:
    """The content of the next record, which is of this kind."""
    start = reader.at
    require(reader.number(1) == kind, f"no record of kind {kind}, where one must be")
    length, expected = reader.number(4), reader.number(4)
    content = reader.take(length)
    summed = reader.data[start : start + 5] + content
    require(checksum(summed) == expected, "a record is damaged: its checksum differs")
    return content


def write_record(kind: int, content: bytes) -> bytes:
    """The bytes of a record."""
    front = little(kind, 1) + little(len(content), 4)
    return front + little(checksum(front + content), 4) + content


def head(chain_id: bytes, first: int) -> bytes:
    """What the first record says: the archive's version, whose chain it is, and its first block's height (protocol,
    Archives)."""
    return little(VERSION, 4) + chain_id + little(first, 8)


def read(chain_id: bytes, data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The blocks of an archive from the first height on, each with its certificate."""
    reader = Reader(data)
    try:
        require(read_record(reader, HEAD) == head(chain_id, 1), "no archive of this chain from its first block on")
    except Wrong as error:
        raise Wrong(f"the archive's head: {error}") from error
    height = 0
    while reader.at < len(data):
        height += 1
        try:
            pair = read_record(reader, BLOCK), read_record(reader, CERTIFICATE)
        except Wrong as error:
            raise Wrong(f"block {height} of the archive: {error}") from error
        yield pair
