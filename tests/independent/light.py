"""The way from one set of validators to the next (protocol, Light clients)."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import genesis
from formats import CERTIFICATE, HEADER, VALIDATOR, Reader, Wrong, decode, little, many, require, tagged
from validators import Validators, check_certificate, in_order, validators_of


class Decided(NamedTuple):
    """A header with its certificate, and the bytes of both."""

    header: dict[str, Any]
    header_bytes: bytes
    certificate: bytes


class Change(NamedTuple):
    """"A change of the validators is { header, certificate, the validators that decide the next block }" (protocol,
    Light clients)."""

    decided: Decided
    next: list[dict[str, Any]]


def bytes_of(reader: Reader, field: Any) -> tuple[Any, bytes]:
    """The next value, and its bytes."""
    start = reader.at
    value = field(reader)
    return value, reader.data[start : reader.at]


def read_decided(reader: Reader) -> Decided:
    """A header and the certificate after it."""
    header, header_bytes = bytes_of(reader, HEADER)
    return Decided(header, header_bytes, bytes_of(reader, CERTIFICATE)[1])


def read_change(reader: Reader) -> Change:
    """A change."""
    return Change(read_decided(reader), many(VALIDATOR, 1, 64)(reader))


def changes_of(text: str) -> list[Change]:
    """The changes in what a gateway has answered to `GET /v1/light/changes` (api.md)."""
    try:
        encoded = [bytes.fromhex(one) for one in json.loads(text)["changes"]]
    except (ValueError, TypeError, KeyError) as error:
        raise Wrong("this is no answer of /v1/light/changes") from error
    return [decode(read_change, one) for one in encoded]


def validators_after(chain_id: bytes, change: Change) -> Validators:
    """The validators after a change whose header is decided: "the validators that come with it have the hash
    `next_validators_hash`" (protocol, Light clients)."""
    header = change.decided.header
    require(header["next_validators_hash"] != header["validators_hash"], "a change that changes nothing")
    require(all(1 <= one["power"] <= 2**40 for one in change.next), "a voting power is out of range")
    require(change.next == in_order(change.next), "the validators stand in another order")
    following = validators_of(chain_id, change.next)
    require(header["next_validators_hash"] == following.digest, "other validators follow the header")
    return following


class Way:
    """The validators that are trusted, and the block up to which they are known."""

    def __init__(self, document: genesis.Genesis) -> None:
        self.chain_id = document.chain_id
        self.validators: Validators = validators_of(self.chain_id, document.validators)
        self.height, self.block, self.time_ms = 0, self.chain_id, document.time_ms

    def pin(self) -> bytes:
        """"a pin, { height: u64, block id }, which is 40 bytes" (protocol, Light clients)."""
        return little(self.height, 8) + self.block

    def check(self, decided: Decided) -> bytes:
        """The id of the block of a later header that these validators have decided."""
        header = decided.header
        require(header["chain_id"] == self.chain_id, "a header of another chain")
        require(header["height"] > self.height, "a header that isn't later than what is trusted")
        require(header["height"] > self.height + 1 or header["parent"] == self.block, "its parent is another block")
        require(header["time_ms"] > self.time_ms, "its time isn't later than that of what is trusted")
        require(header["validators_hash"] == self.validators.digest, "other validators decide it")
        block = tagged("block", self.chain_id, decided.header_bytes)
        check_certificate(self.chain_id, self.validators, header["height"], block, decided.certificate)
        return block

    def advance(self, change: Change) -> None:
        """Goes on to the next change."""
        block, header = self.check(change.decided), change.decided.header
        self.validators, self.block = validators_after(self.chain_id, change), block
        self.height, self.time_ms = header["height"], header["time_ms"]
