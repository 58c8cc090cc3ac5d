"""The activity of accounts, folded over a chain whose receipts are at hand (protocol, Activity)."""

from __future__ import annotations

from typing import Any

from formats import Block
from verify import Chain, address_of, fold_activity, household_address

FROM_THE_START = bytes(40)
ISSUE, TRANSFER, SET_OPERATOR, CREATE_HOUSEHOLD, JOIN, LEAVE, SET_MEMBER, REMOVE_MEMBER = 1, 3, 25, 40, 42, 43, 44, 45
CLAIM, TAKE = 70, 81
# The field that names whom an operation concerns, where it is one.
CONCERNED = {ISSUE: "to", 2: "source", 4: "source", 5: "source", 6: "source", 7: "source", 19: "account",
             26: "operator", 34: "account", 36: "account", 39: "account", 41: "household", JOIN: "household",
             LEAVE: "household", 65: "to", 66: "source", 69: "to", 71: "account", 72: "to", 80: "source", 82: "source"}


class Histories:
    """The activity of every account, and of each the digests that it had after blocks.

    What motions do when they are decided is not followed: whom that concerns, the state says.
    """

    def __init__(self) -> None:
        self.now: dict[bytes, bytes] = {}
        self.digests: dict[bytes, list[bytes]] = {}
        self.members: set[tuple[bytes, bytes]] = set()

    def append(self, chain: Chain, block: Block, receipts: list[bytes]) -> None:
        """Adds the transactions of a block, each with its outcome as its receipt has it."""
        for signed, receipt in zip(block.transactions, receipts):
            identity, outcome = chain.transaction_id(signed), receipt[32:]
            concerned = {signed.fields["sender"]}
            for index, operation in enumerate(signed.fields["operations"] if outcome == b"\0" else []):
                concerned |= self.concern(chain.id, signed.fields["sender"], identity, index, operation)
            for account in concerned:
                before = self.now.get(account, FROM_THE_START)
                self.now[account] = fold_activity(before, identity, block.header["height"], outcome)
        for account, activity in self.now.items():
            self.digests.setdefault(account, []).append(activity[8:])

    def concern(self, chain: bytes, sender: bytes, identity: bytes, index: int,
                operation: dict[str, Any]) -> set[bytes]:
        """Whom an applied operation concerns "besides the sender" (protocol, Activity)."""
        kind = operation["kind"]
        if kind in CONCERNED:
            self.follow_members(sender, operation)
            return {operation[CONCERNED[kind]]}
        if kind == TRANSFER:
            return {operation["source"], operation["to"]}
        if kind == CLAIM:
            return {operation["account"], operation["referrer"] or operation["account"]}
        if kind == TAKE:
            return {operation["owner"], operation["source"]}
        if kind == SET_OPERATOR:
            return {address_of(operation["public_key"])}
        if kind == CREATE_HOUSEHOLD:
            household = household_address(chain, identity, index)
            self.members.add((household, sender))
            return {household}
        if kind == SET_MEMBER:
            return {operation["household"], operation["member"]}
        if kind == REMOVE_MEMBER:
            # "the household, and the member unless it was only invited" (protocol, Activity)
            pair = (operation["household"], operation["member"])
            was_member = pair in self.members
            self.members.discard(pair)
            return set(pair) if was_member else {pair[0]}
        return set()

    def follow_members(self, sender: bytes, operation: dict[str, Any]) -> None:
        """Remembers who joins and leaves."""
        if operation["kind"] == JOIN:
            self.members.add((operation["household"], sender))
        if operation["kind"] == LEAVE:
            self.members.discard((operation["household"], sender))
