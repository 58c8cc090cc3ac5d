"""The way from one set of validators to the next (protocol, Light clients)."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import genesis
from formats import CERTIFICATE, HEADER, VALIDATOR, Reader, Wrong, decode, little, many, require, tagged
from validators import Validators, check_certificate, in_order, validators_of


class Change(NamedTuple):
    """"A change of the validators is { header, certificate, the validators that decide the next block }" (protocol,
    Light clients)."""

    header: dict[str, Any]
    header_bytes: bytes
    certificate: bytes
    next: list[dict[str, Any]]

    def block(self, chain_id: bytes) -> bytes:
        """The id of its block."""
        return tagged("block", chain_id, self.header_bytes)


def read_change(reader: Reader) -> Change:
    """A change, whose validators stand in their order."""
    header = HEADER(reader)
    front = reader.at
    CERTIFICATE(reader)
    middle = reader.at
    members: list[dict[str, Any]] = many(VALIDATOR, 1, 64)(reader)
    for one in members:
        require(1 <= one["power"] <= 2**40, "a voting power is out of range")
    return Change(header, reader.data[:front], reader.data[front:middle], members)


def changes_of(text: str) -> list[Change]:
    """The changes in what a gateway has answered to `GET /v1/light/changes` (api.md)."""
    try:
        encoded = [bytes.fromhex(one) for one in json.loads(text)["changes"]]
    except (ValueError, TypeError, KeyError) as error:
        raise Wrong("this is no answer of /v1/light/changes") from error
    return [decode(read_change, one) for one in encoded]


def next_validators(chain_id: bytes, validators: Validators, change: Change) -> Validators:
    """The validators after a change, which those before it have decided: "the validators that come with it have the
    hash `next_validators_hash`" (protocol, Light clients)."""
    header = change.header
    require(header["validators_hash"] == validators.digest, "other validators")
    check_certificate(chain_id, validators, header["height"], change.block(chain_id), change.certificate)
    require(header["next_validators_hash"] != header["validators_hash"], "the same validators decide after it")
    follow = validators_of(chain_id, change.next)
    require(change.next == in_order(change.next), "the validators stand in another order")
    require(follow.digest == header["next_validators_hash"], "the validators that come with it are not those after it")
    return follow


class Way:
    """The block up to which a way is known, and who decides what comes next."""

    def __init__(self, document: genesis.Genesis) -> None:
        self.chain_id = document.chain_id
        self.validators = validators_of(self.chain_id, document.validators)
        self.height, self.block, self.time_ms = 0, self.chain_id, document.time_ms

    def pin(self) -> bytes:
        """"a pin, { height: u64, block id }, which is 40 bytes" (protocol, Light clients)."""
        return little(self.height, 8) + self.block

    def advance(self, change: Change) -> None:
        """Goes on to the next change, if "its chain id is that of the network, its height and its time are later than
        those of the block which is trusted, and where it is the next height, its parent is that block" (protocol, Light
        clients)."""
        header = change.header
        require(header["chain_id"] == self.chain_id, "a change of another chain")
        require(header["height"] > self.height and header["time_ms"] > self.time_ms, "it isn't later")
        require(header["height"] > self.height + 1 or header["parent"] == self.block, "its parent is another block")
        self.validators = next_validators(self.chain_id, self.validators, change)
        self.height, self.block, self.time_ms = header["height"], change.block(self.chain_id), header["time_ms"]
