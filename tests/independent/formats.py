"""Canonical bytes (protocol, Bytes and Encodings): what stands in a block, a certificate and a genesis document."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Callable, NamedTuple, Optional, Union

import ed25519


class Wrong(Exception):
    """What is wrong, in words."""


def require(holds: bool, what: str) -> None:
    """Refuses with these words unless it holds."""
    if not holds:
        raise Wrong(what)


def tagged(tag: str, *parts: bytes) -> bytes:
    """The hash of a tag and what stands after it. "A preimage starts with an ASCII tag" (protocol, Bytes)."""
    return hashlib.sha256(f"lojal/{tag}/v1".encode() + b"".join(parts)).digest()


class Reader:
    """Bytes that are read from the front, and must be read to their end."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        """The next bytes."""
        require(self.at + count <= len(self.data), "bytes end too early")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, size: int) -> int:
        """An unsigned number, little-endian."""
        return int.from_bytes(self.take(size), "little")

    def count(self, least: int, most: int) -> int:
        """The length that a list announces."""
        count = self.number(4)
        require(least <= count <= most, f"a list announces {count}, not {least} to {most}")
        return count

    def end(self) -> None:
        """Refuses trailing bytes."""
        require(self.at == len(self.data), "trailing bytes")


Field = Callable[[Reader], Any]
TIME_END_MS = 158_731_488_000_000  # "up to the year 6999" (protocol, Bytes)


def number(size: int, least: int = 0, most: Optional[int] = None) -> Field:
    """A number of so many bytes, within bounds."""
    top = 256**size - 1 if most is None else most

    def read(reader: Reader) -> int:
        value = reader.number(size)
        require(least <= value <= top, f"the number {value} is out of range")
        return value

    return read


def fixed(size: int) -> Field:
    """So many bytes."""
    return lambda reader: reader.take(size)


def octets(most: int) -> Field:
    """Bytes of a bounded length."""
    return lambda reader: reader.take(reader.count(0, most))


def text(least: int, most: int, pattern: str) -> Field:
    """A text of so many bytes that a pattern matches."""

    def read(reader: Reader) -> str:
        raw = reader.take(reader.count(least, most))
        try:
            value = raw.decode()
        except UnicodeDecodeError as error:
            raise Wrong("a text that is no UTF-8") from error
        require(re.fullmatch(pattern, value) is not None, f"{value!r} can't be a text of this kind")
        return value

    return read


def optional(field: Field) -> Field:
    """A byte that says whether the field is there, then the field."""
    return lambda reader: field(reader) if BOOL(reader) else None


def many(field: Field, least: int, most: int) -> Field:
    """A list of a bounded length."""
    return lambda reader: [field(reader) for _ in range(reader.count(least, most))]


def record(**fields: Field) -> Field:
    """Named fields, one after the other."""
    return lambda reader: {name: field(reader) for name, field in fields.items()}


def choice(variants: dict[int, Field]) -> Field:
    """A byte that names a variant, then its fields, with the byte as `kind`."""

    def read(reader: Reader) -> dict[str, Any]:
        kind = reader.number(1)
        require(kind in variants, f"there is no kind {kind}")
        return {"kind": kind, **variants[kind](reader)}

    return read


BOOL = number(1, 0, 1)
POINTS = number(8)
TIME = number(8, 0, TIME_END_MS - 1)
DAY = number(4, 0, TIME_END_MS // 86_400_000 - 1)
ADDRESS, KEY, HASH, SIGNATURE = fixed(20), fixed(32), fixed(32), fixed(64)
BRAND = text(2, 15, "[a-z][a-z0-9-]{1,14}")
# The frozen tables of the letters of names are not here (protocol, Names); control characters are refused.
NAME = text(1, 64, "[^\x00-\x1f\x7f]+")
# An endpoint "of another form, can stand in a block, in a transaction that fails" (protocol, Encodings).
ENDPOINT = optional(text(1, 128, "(?s:.+)"))
REFERENCE: Field = lambda reader: reader.take(reader.count(1, 32))
ROLES = many(number(1, 0, 4), 1, 5)
INVITATION = record(root=number(1), amount=number(8), salt=fixed(16),
                    path=many(record(is_left=BOOL, other=HASH), 0, 24))
REQUEST = record(reference=REFERENCE, dated=DAY, until_ms=TIME, for_household=BOOL, salt=fixed(16))
TERMS = record(num=number(4), den=number(4), price_micro=number(8), daily_max=POINTS, owed_max=number(8), ends_ms=TIME)
POLICY = record(expiry_months=optional(number(1)), issue_max=optional(POINTS), transferable=BOOL, transfer_min=POINTS,
                transfer_max=POINTS, transfer_daily_max=optional(POINTS), opening_min=POINTS, convertible=BOOL,
                poolable=BOOL, tradeable=BOOL, reversal_window_ms=number(8))
OPERATOR = record(public_key=KEY, roles=ROLES, issue_daily_max=optional(POINTS))
EXPIRY = choice({0: record(month=number(2)), 1: record()})
GUARDIAN = choice({0: record(account=ADDRESS), 1: record(brand=BRAND)})
GUARDIANS = record(guardians=many(GUARDIAN, 0, 3), threshold=number(1))
RIGHTS = dict(role=number(1, 0, 2), limits=many(record(brand=BRAND, month_max=POINTS), 0, 16))
BRAND_RECORD = record(id=BRAND, name=NAME, decimals=number(1), policy=POLICY, operators=many(OPERATOR, 0, 64))
ALLOWANCE = record(bytes=number(8), operations=number(4))
ALLOWANCES = record(openings=number(2), households=number(1), member=ALLOWANCE, operator=ALLOWANCE)
PARAMETERS = record(heartbeat_ms=number(8), block_bytes_max=number(4), block_transactions_max=number(4),
                    recovery_delay_ms=number(8), receipt_days=number(1), keep_months=number(1),
                    snapshot_interval_ms=number(8), allowances=ALLOWANCES)
VALIDATOR = record(name=NAME, public_key=KEY, network_key=KEY, power=number(8))

READ_TOKEN = record(account=ADDRESS, public_key=KEY, audience=text(1, 255, "[a-z0-9.:_-]+"), until_ms=TIME,
                    signature=SIGNATURE)

NODE_PROOF = record(by_validator=SIGNATURE, by_network=SIGNATURE)
ACTIONS = choice({
    1: record(validator=VALIDATOR, governor=KEY, proof=NODE_PROOF, endpoint=ENDPOINT),
    2: record(name=NAME),
    3: record(name=NAME, public_key=KEY, network_key=KEY, proof=NODE_PROOF),
    4: record(name=NAME, power=number(8)),
    5: record(name=NAME, network_key=KEY, sponsor=NAME, endpoint=ENDPOINT),
    6: record(name=NAME),
    7: record(parameters=PARAMETERS),
    8: record(motion_lapse_ms=number(8)),
    9: record(version=number(4), height=number(8)),
    10: record(),
    16: record(brand=BRAND_RECORD),
    17: record(brand=BRAND),
    18: record(brand=BRAND),
    19: record(brand=BRAND, admins=many(KEY, 1, 16), needed=number(1)),
})

TRACK = record(
    kind=choice({
        0: record(months=number(1), closes_ms=optional(TIME)),
        1: record(opens_ms=TIME, closes_ms=TIME),
        2: record(opens_ms=TIME, closes_ms=TIME, count=number(1)),
    }),
    stamp_max=number(8), levels=many(record(at_least=number(8), months=number(1)), 0, 8), soft=BOOL,
    take_back_days=number(2), about=HASH,
)

FACTS = choice({
    0: record(track=number(2), at_least=number(8), this_month=BOOL, consume=BOOL),
    1: record(track=number(2), level=number(1)),
    2: record(mark=number(2)),
    3: record(days=number(2)),
    4: record(days=number(2)),
    5: record(),
})
CAMPAIGN = record(
    opens_ms=TIME, closes_ms=TIME, early=optional(record(ms=number(8), requires=many(FACTS, 1, 2))),
    requires=many(FACTS, 0, 4), by=number(1, 0, 2), price=POINTS,
    award=choice({
        0: record(amount=POINTS, up_to=POINTS, months=optional(number(1))),
        1: record(mark=number(2), days=optional(number(2))),
        2: record(valid_days=number(2)),
        3: record(to=optional(record(brand=BRAND, price_micro=number(8)))),
    }),
    referral=optional(record(award=POINTS, year_max=number(2))),
    per_member=optional(record(times=number(2), per=number(1, 0, 3))), stock=optional(number(8)),
    budget=optional(POINTS), sponsor=optional(record(brand=BRAND, price_micro=number(8))), invited=many(HASH, 0, 8),
    households=BOOL, returnable=BOOL, pending_days=number(1), paused=BOOL, about=HASH,
)

# The actions of a brand's motion, with the numbers and fields of the operations that they are.
BRAND_ACTIONS = {
    16: record(source=BRAND, to=BRAND, terms=TERMS),
    17: record(source=BRAND, to=BRAND, terms=TERMS),
    18: record(source=BRAND, to=BRAND),
    20: record(creditor=BRAND, debtor=BRAND, amount=number(8), reference=REFERENCE),
    24: record(brand=BRAND, policy=POLICY),
    25: record(brand=BRAND, public_key=KEY, roles=ROLES, issue_daily_max=optional(POINTS)),
    26: record(brand=BRAND, operator=ADDRESS),
    30: record(brand=BRAND, needed=number(1), delay_ms=number(8)),
    31: record(brand=BRAND, closes_ms=optional(TIME)),
    34: record(account=ADDRESS, new_key=KEY),
    36: record(account=ADDRESS),
    39: record(account=ADDRESS, digest=HASH),
    64: record(brand=BRAND, track=number(2), terms=TRACK),
    67: record(brand=BRAND, campaign=number(4), terms=CAMPAIGN),
    68: record(brand=BRAND, campaign=number(4), terms=HASH),
    74: record(brand=BRAND, days=number(1)),
}

OPERATIONS = choice({
    **BRAND_ACTIONS,
    1: record(brand=BRAND, to=ADDRESS, amount=POINTS, reference=REFERENCE, dated=DAY, expiry=optional(number(2))),
    2: record(brand=BRAND, source=ADDRESS, amount=POINTS, request=optional(REQUEST)),
    3: record(brand=BRAND, source=ADDRESS, to=ADDRESS, amount=POINTS),
    4: record(brand=BRAND, source=ADDRESS, amount=POINTS, at_least=POINTS, issue_reference=REFERENCE, issue_dated=DAY,
              reference=REFERENCE, dated=DAY),
    5: record(brand=BRAND, source=ADDRESS, amount=POINTS, expires_ms=TIME, request=REQUEST),
    6: record(brand=BRAND, source=ADDRESS, hold_reference=REFERENCE, hold_dated=DAY, amount=POINTS,
              reference=REFERENCE, dated=DAY),
    7: record(brand=BRAND, source=ADDRESS, hold_reference=REFERENCE, hold_dated=DAY),
    19: record(account=ADDRESS, source=BRAND, to=BRAND, burned=POINTS, received=POINTS),
    27: record(brand=BRAND, actions=many(choice(BRAND_ACTIONS), 1, 8)),
    28: record(brand=BRAND, motion=number(8), digest=HASH),
    29: record(brand=BRAND, motion=number(8)),
    32: record(new_key=KEY),
    33: GUARDIANS,
    35: record(),
    37: record(),
    38: record(),
    40: record(),
    41: record(household=ADDRESS, member=ADDRESS, **RIGHTS),
    42: record(household=ADDRESS),
    43: record(household=ADDRESS),
    44: record(household=ADDRESS, member=ADDRESS, **RIGHTS),
    45: record(household=ADDRESS, member=ADDRESS),
    48: record(actions=many(ACTIONS, 1, 8)),
    49: record(motion=number(8), digest=HASH),
    50: record(motion=number(8)),
    51: record(motion=number(8), signs=many(record(index=number(1), time_ms=TIME, signature=SIGNATURE), 1, 8)),
    52: record(endpoint=ENDPOINT),
    65: record(brand=BRAND, track=number(2), to=ADDRESS, amount=number(8), place=optional(number(1)),
               reference=REFERENCE, dated=DAY),
    66: record(brand=BRAND, source=ADDRESS, of=number(1, 0, 2), of_reference=REFERENCE, of_dated=DAY,
               amount=number(8), reference=REFERENCE, dated=DAY),
    69: record(brand=BRAND, campaign=number(4), to=ADDRESS, amount=number(8), reference=REFERENCE, dated=DAY),
    70: record(brand=BRAND, campaign=number(4), account=ADDRESS, quantity=number(2), price_max=POINTS,
               referrer=optional(ADDRESS), invitation=optional(INVITATION)),
    71: record(brand=BRAND, account=ADDRESS, voucher=fixed(16), quantity=number(2), request=REQUEST),
    72: record(brand=BRAND, to=ADDRESS, of=number(1, 0, 2), of_reference=REFERENCE, of_dated=DAY, amount=POINTS,
               reference=REFERENCE, dated=DAY),
    73: record(brand=BRAND, consents=number(1)),
    80: record(brand=BRAND, source=ADDRESS, amount=POINTS, expiry=EXPIRY, wants=BRAND, price_num=number(4),
               price_den=number(4), wants_until=EXPIRY, min_take=POINTS, expires_ms=TIME),
    81: record(brand=BRAND, owner=ADDRESS, offer=fixed(16), source=ADDRESS, amount=POINTS, wants=BRAND,
               max_pay=POINTS, expiry=EXPIRY),
    82: record(brand=BRAND, source=ADDRESS, offer=fixed(16)),
})

TRANSACTION = record(chain=fixed(4), sender=ADDRESS, valid_until_ms=TIME, nonce=number(8),
                     operations=many(OPERATIONS, 1, 100))
HEADER = record(version=number(4), chain_id=HASH, height=number(8), time_ms=TIME, parent=HASH, transactions_root=HASH,
                receipts_root=HASH, state_root=HASH, validators_hash=HASH, next_validators_hash=HASH, proposer=ADDRESS)
CERTIFICATE = record(height=number(8), round=number(4), block=HASH,
                     signatures=many(record(validator=ADDRESS, signature=SIGNATURE), 1, 64))
RECEIPT = record(transaction=HASH,
                 outcome=choice({0: record(), 1: record(operation=number(1, 0, 99), code=number(2, 101))}))
PROOF = record(beside=many(HASH, 0, 256), page=many(choice({
    0: record(label=fixed(8), hash=HASH),
    1: record(key=octets(256), value=octets(65536)),
}), 0, 16))

# The proof of the shelf's record, then the record and the proof in its tree, if there is the shelf.
SHELF = record(root=HASH, count=number(8), drop_ms=TIME)
SHELF_PROOF = record(state=PROOF, on_shelf=optional(record(shelf=fixed(48), tree=PROOF)))

SUM = number(16)
FIRST_TOTALS = record(issued=SUM, outstanding=POINTS, held=POINTS, redeemed=SUM, converted_out=SUM, expired=SUM,
                      reversed=SUM)
LATER_TOTALS = record(donated=SUM, refunded=SUM, pending=POINTS)


def read_totals(reader: Reader) -> dict[str, int]:
    """A brand's totals, whose end stands there only if there is something in it (protocol, Encodings)."""
    totals: dict[str, int] = FIRST_TOTALS(reader)
    later = {"donated": 0, "refunded": 0, "pending": 0} if reader.at == len(reader.data) else LATER_TOTALS(reader)
    require(reader.at == 96 or any(later.values()), "an end of totals without anything in it")
    return {**totals, **later}


CHUNKS = many(record(depth=number(2), hash=HASH, entries=number(4), bytes=number(4)), 1, 2**18)
MANIFEST = record(format=number(4, 1, 1), header=HEADER, chunks=CHUNKS,
                  shelves=many(record(month=number(2), chunks=CHUNKS), 0, 64),
                  recent=many(record(minute=number(8), ids=number(4), digest_after=HASH), 0, 2**14),
                  proofs=many(PROOF, 0, 128))


class Signed(NamedTuple):
    """A signed transaction and its bytes."""

    fields: dict[str, Any]
    transaction: bytes
    public_key: bytes
    signature: bytes

    def encoded(self) -> bytes:
        """The canonical bytes, which are a leaf of the transactions' root."""
        return self.transaction + self.public_key + self.signature


class Block(NamedTuple):
    """A block, and the bytes of its header."""

    header: dict[str, Any]
    header_bytes: bytes
    transactions: list[Signed]


def read_signed(reader: Reader) -> Signed:
    """A signed transaction, which has "at most 16 KiB" (protocol, Transactions)."""
    start = reader.at
    fields = TRANSACTION(reader)
    transaction = reader.data[start : reader.at]
    signed = Signed(fields, transaction, reader.take(32), reader.take(64))
    require(len(signed.encoded()) <= 16 * 1024, "a transaction is too large")
    return signed


def read_block(reader: Reader) -> Block:
    """A block."""
    header = HEADER(reader)
    header_bytes = reader.data[: reader.at]
    return Block(header, header_bytes, many(read_signed, 0, 10_000)(reader))


def decode(field: Field, data: bytes) -> Any:
    """What bytes say, all of them."""
    reader = Reader(data)
    value = field(reader)
    reader.end()
    return value


def little(value: int, size: int) -> bytes:
    """The bytes of a number."""
    return value.to_bytes(size, "little")


def sized(value: Union[str, bytes]) -> bytes:
    """The bytes of a text, with their count before them."""
    raw = value.encode() if isinstance(value, str) else value
    return little(len(raw), 4) + raw


def may_be_there(value: Optional[bytes]) -> bytes:
    """The bytes of an optional value."""
    return b"\0" if value is None else b"\1" + value


def real_key(key: bytes) -> bytes:
    """A key that may stand in a genesis document. "A key of small order is nobody's" (protocol, Bytes)."""
    require(ed25519.decode(key) is not None and not ed25519.is_small_order(key), f"{key.hex()} is no key")
    return key
