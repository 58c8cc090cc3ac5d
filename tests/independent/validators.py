"""Validators and what they sign (protocol, Blocks and finality)."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional

import ed25519
import genesis
from formats import CERTIFICATE, decode, little, may_be_there, require, tagged


def address_of(public_key: bytes) -> bytes:
    """An address: "the first 20 bytes, the last bit cleared, are the address" (protocol, Bytes)."""
    digest = tagged("account", public_key)[:20]
    return digest[:19] + bytes([digest[19] & 0xFE])


class Validators(NamedTuple):
    """The validators, by falling power, then by address."""

    keys: dict[bytes, bytes]
    powers: dict[bytes, int]
    digest: bytes


def in_order(members: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Validators in order. "The canonical order of validators is by falling power, then by address." (protocol, Blocks
    and finality)"""
    return sorted(members, key=lambda one: (-one["power"], address_of(one["public_key"])))


def validators_of(chain_id: bytes, members: list[dict[str, Any]]) -> Validators:
    """A set."""
    ordered = in_order(members)
    encoded = little(len(ordered), 4) + b"".join(genesis.validator_bytes(one) for one in ordered)
    keys = {address_of(one["public_key"]): one["public_key"] for one in ordered}
    powers = {address_of(one["public_key"]): one["power"] for one in ordered}
    require(len(keys) == len(members), "two validators have the same key")
    return Validators(keys, powers, tagged("validators", chain_id, encoded))


def vote_bytes(chain_id: bytes, kind: int, height: int, round_: int, block: Optional[bytes], voter: bytes) -> bytes:
    """What a validator signs: "{ kind (1 prevote, 2 precommit), height, round, block or none, validator }" (protocol,
    Blocks and finality)."""
    vote = little(kind, 1) + little(height, 8) + little(round_, 4) + may_be_there(block) + voter
    return b"lojal/vote/v1" + chain_id + vote


def check_certificate(chain_id: bytes, validators: Validators, height: int, block: bytes, encoded: bytes) -> None:
    """Refuses a certificate unless "precommits of **more than** two thirds of the voting power in it hold" (protocol,
    Blocks and finality)."""
    certificate = decode(CERTIFICATE, encoded)
    require(certificate["height"] == height, "the certificate is of another height")
    require(certificate["block"] == block, "the certificate is of another block")
    signers = [one["validator"] for one in certificate["signatures"]]
    require(all(a < b for a, b in zip(signers, signers[1:])), "the certificate's signatures are not in order")
    require(all(one in validators.keys for one in signers), "a signature is of nobody who is a validator")
    for one in certificate["signatures"]:
        message = vote_bytes(chain_id, 2, height, certificate["round"], block, one["validator"])
        held = ed25519.holds(validators.keys[one["validator"]], message, one["signature"])
        require(held, "a signature of the certificate doesn't hold")
    power = sum(validators.powers[one] for one in signers)
    require(3 * power > 2 * sum(validators.powers.values()), "the certificate has too little power")
