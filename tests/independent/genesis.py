"""A genesis document: TOML -> canonical bytes -> chain id (protocol, Encodings)."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple, Optional

from formats import Wrong, little, may_be_there, real_key, require, sized, tagged

HOUR_MS = 60 * 60 * 1000
DAY_MS = 24 * HOUR_MS
ROLES = ("issue", "capture", "reverse", "admin", "grant")
ROLES_OF_VERSION_1 = ROLES[:4]
NETWORKS = ("main", "test")
NUMBER, FLAG, TEXT, LIST = int, bool, str, list


class Genesis(NamedTuple):
    """What a genesis document says of the chain."""

    encoded: bytes
    chain_id: bytes
    time_ms: int
    validators: list[dict[str, Any]]


def value_of(raw: str) -> Any:
    """A value as the programs write it: a text, a number, a truth value or a list of texts, which JSON writes alike."""
    try:
        return json.loads(raw)
    except ValueError as error:
        raise Wrong(f"a value of the genesis document that this program can't read: {raw}") from error


def tables_of(text: str) -> dict[str, Any]:
    """The tables of a TOML document of tables, arrays of tables and values of one line; nothing else is read."""
    root: dict[str, Any] = {}
    table = root
    for line in map(str.strip, text.splitlines()):
        header = re.fullmatch(r"(\[\[?)([a-z_.]+)(\]\]?)", line)
        if not line or line.startswith("#"):
            continue
        if header is not None:
            *path, last = header[2].split(".")
            table = root
            for name in path:
                table = table.setdefault(name, {})
                table = table[-1] if isinstance(table, list) else table
            if header[1] == "[[":
                table = table.setdefault(last, [])
                table.append({})
                table = table[-1]
            else:
                require(last not in table or isinstance(table[last], dict), f"the table {last} stands twice")
                table = table.setdefault(last, {})
            continue
        name, sign, raw = line.partition("=")
        require(sign == "=" and re.fullmatch("[a-z_]+", name.strip()) is not None, f"no line of a document: {line}")
        require(name.strip() not in table, f"{name.strip()} stands twice")
        table[name.strip()] = value_of(raw.strip())
    return root


class Table:
    """A table whose fields are taken one by one, until none is left."""

    def __init__(self, fields: Any) -> None:
        require(isinstance(fields, dict), "there must be a table")
        self.fields: dict[str, Any] = dict(fields)

    def take(self, name: str, kind: type, default: Any = None) -> Any:
        """A field, or what holds where it is left out."""
        value = self.fields.pop(name, default)
        require(type(value) is kind, f"{name} is missing, or is something else")
        return value

    def maybe(self, name: str, kind: type) -> Any:
        """A field that may be left out."""
        return self.take(name, kind) if name in self.fields else None

    def table(self, name: str) -> Table:
        """A table in this one."""
        return Table(self.take(name, dict))

    def tables(self, name: str) -> list[Table]:
        """An array of tables."""
        return [Table(one) for one in self.take(name, LIST, [])]

    def number(self, name: str, size: int, default: Optional[int] = None) -> bytes:
        """The bytes of a number."""
        value = self.take(name, NUMBER, default)
        require(0 <= value < 256**size, f"{name} is out of range")
        return little(value, size)

    def optional_number(self, name: str, size: int) -> bytes:
        """The bytes of a number that may be left out."""
        return may_be_there(self.number(name, size) if name in self.fields else None)

    def flag(self, name: str, default: Optional[bool] = None) -> bytes:
        """The byte of a truth value."""
        return little(self.take(name, FLAG, default), 1)

    def text(self, name: str) -> bytes:
        """The bytes of a text."""
        return sized(self.take(name, TEXT))

    def key(self, name: str) -> bytes:
        """A public key."""
        value: str = self.take(name, TEXT)
        require(re.fullmatch("[0-9a-f]{64}", value) is not None, f"{name} is no key")
        return real_key(bytes.fromhex(value))

    def choice(self, name: str, choices: tuple[str, ...]) -> bytes:
        """The number of one of some words."""
        value = self.take(name, TEXT)
        require(value in choices, f"{name} can't be {value}")
        return little(choices.index(value), 1)

    def end(self) -> None:
        """Refuses fields that nobody took."""
        require(not self.fields, f"unknown fields: {', '.join(self.fields)}")


def listed(items: list[bytes]) -> bytes:
    """The bytes of a list."""
    return little(len(items), 4) + b"".join(items)


def ended(table: Table, encoded: bytes) -> bytes:
    """The bytes of a table that has nothing else."""
    table.end()
    return encoded


# What genesis gives where it doesn't say otherwise (protocol, Allowances).
ALLOWANCES = {"openings": 8, "households": 4, "member": {"bytes": 64 * 1024, "operations": 400},
              "operator": {"bytes": 2**30, "operations": 20_000_000}}


def allowance(table: Table) -> bytes:
    """What one account has for a day."""
    return ended(table, table.number("bytes", 8) + table.number("operations", 4))


def parameters(table: Table) -> bytes:
    """The parameters."""
    encoded = table.number("heartbeat_ms", 8) + table.number("block_bytes_max", 4)
    encoded += table.number("block_transactions_max", 4) + table.number("recovery_delay_ms", 8, 3 * DAY_MS)
    encoded += table.number("receipt_days", 1, 35) + table.number("keep_months", 1, 13)
    encoded += table.number("snapshot_interval_ms", 8, HOUR_MS)
    allowances = Table(table.take("allowances", dict, ALLOWANCES))
    encoded += allowances.number("openings", 2) + allowances.number("households", 1)
    encoded += allowance(allowances.table("member")) + allowance(allowances.table("operator"))
    return ended(table, ended(allowances, encoded))


def seat(table: Table) -> bytes:
    """A seat."""
    endpoint = table.maybe("endpoint", TEXT)
    encoded = table.text("name") + table.key("governor")
    return ended(table, encoded + may_be_there(None if endpoint is None else sized(endpoint)))


def governance(table: Table) -> bytes:
    """How the network is governed."""
    encoded = table.number("version", 4) + table.number("motion_lapse_ms", 8, 14 * DAY_MS)
    return ended(table, encoded + listed([seat(one) for one in table.tables("seats")]))


def validator(table: Table) -> dict[str, Any]:
    """A validator."""
    name, power = table.take("name", TEXT), table.take("power", NUMBER)
    require(1 <= power <= 2**40, "a voting power is out of range")
    fields = {"name": name, "public_key": table.key("public_key"), "network_key": table.key("network_key")}
    table.end()
    return {**fields, "power": power}


def validator_bytes(one: dict[str, Any]) -> bytes:
    """The bytes of a validator."""
    keys: bytes = one["public_key"] + one["network_key"]
    return sized(one["name"]) + keys + little(one["power"], 8)


def policy(table: Table) -> bytes:
    """The policy of a brand."""
    encoded = table.optional_number("expiry_months", 1) + table.optional_number("issue_max", 8)
    encoded += table.flag("transferable") + table.number("transfer_min", 8) + table.number("transfer_max", 8)
    encoded += table.optional_number("transfer_daily_max", 8) + table.number("opening_min", 8, 1)
    encoded += b"".join(table.flag(name, False) for name in ("convertible", "poolable", "tradeable"))
    return ended(table, encoded + table.number("reversal_window_ms", 8))


def operator(table: Table, known: tuple[str, ...]) -> bytes:
    """An operator of a brand, with roles that the version has."""
    roles = table.take("roles", LIST)
    require(all(one in known for one in roles), "an unknown role")
    encoded = table.key("public_key") + listed([little(ROLES.index(one), 1) for one in roles])
    return ended(table, encoded + table.optional_number("issue_daily_max", 8))


def brand(table: Table, roles: tuple[str, ...]) -> bytes:
    """A brand, whose operators have some of these roles."""
    encoded = table.text("id") + table.text("name") + table.number("decimals", 1) + policy(table.table("policy"))
    return ended(table, encoded + listed([operator(one, roles) for one in table.tables("operators")]))


def read(text: str) -> Genesis:
    """A document. The hash of its canonical bytes under `lojal/genesis/v1` "is the chain id" (protocol, Bytes)."""
    table = Table(tables_of(text))
    time_ms, currency = table.take("time_ms", NUMBER), table.maybe("settlement_currency", TEXT)
    encoded = table.text("name") + table.choice("network", NETWORKS) + little(time_ms, 8)
    encoded += may_be_there(None if currency is None else currency.encode("ascii"))
    governed = governance(table.table("governance"))
    encoded += parameters(table.table("parameters")) + governed
    validators = [validator(one) for one in table.tables("validators")]
    encoded += listed([validator_bytes(one) for one in validators])
    roles = ROLES if int.from_bytes(governed[:4], "little") > 1 else ROLES_OF_VERSION_1
    encoded += listed([brand(one, roles) for one in table.tables("brands")])
    table.end()
    return Genesis(encoded, tagged("genesis", encoded), time_ms, validators)
