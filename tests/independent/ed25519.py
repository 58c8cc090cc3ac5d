"""Ed25519 verification by the rules of ZIP-215, in plain Python (RFC 8032 has the curve). It keeps no secrets."""

from __future__ import annotations

import functools
import hashlib
from typing import NamedTuple, Optional

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


class Point(NamedTuple):
    """A point in extended coordinates: x = X/Z, y = Y/Z, T = XY/Z (RFC 8032, section 5.1.4)."""

    x: int
    y: int
    z: int
    t: int


IDENTITY = Point(0, 1, 1, 0)


def add(a: Point, b: Point) -> Point:
    """The sum of two points; the formula is complete, so it doubles as well."""
    m = (a.y - a.x) * (b.y - b.x) % P
    n = (a.y + a.x) * (b.y + b.x) % P
    k = 2 * a.t * D * b.t % P
    w = 2 * a.z * b.z % P
    e, f, g, h = n - m, w - k, w + k, n + m
    return Point(e * f % P, g * h % P, f * g % P, e * h % P)


def negate(a: Point) -> Point:
    """The point of the opposite sign."""
    return Point(-a.x % P, a.y, a.z, -a.t % P)


def is_identity(a: Point) -> bool:
    """Says whether a point is the neutral one."""
    return a.x % P == 0 and (a.y - a.z) % P == 0


def decode(encoded: bytes) -> Optional[Point]:
    """The point of 32 bytes. ZIP-215 takes a y that isn't reduced, and an x of zero with either sign."""
    number = int.from_bytes(encoded, "little")
    sign, y = number >> 255, (number & (2**255 - 1)) % P
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x + u) % P == 0:
        x = x * ROOT_OF_MINUS_ONE % P
    if (v * x * x - u) % P != 0:
        return None
    if x & 1 != sign:
        x = -x % P
    return Point(x, y, 1, x * y % P)


BASE = decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or IDENTITY


def sum_of_multiples(k: int, a: Point, m: int, b: Point) -> Point:
    """k·a + m·b, bit by bit for both at once."""
    choices = (IDENTITY, a, b, add(a, b))
    total = IDENTITY
    for bit in range(max(k.bit_length(), m.bit_length()) - 1, -1, -1):
        total = add(total, total)
        choice = (k >> bit & 1) | (m >> bit & 1) << 1
        if choice:
            total = add(total, choices[choice])
    return total


def times_eight(a: Point) -> Point:
    """Eight times a point: the identity for a point of small order."""
    for _ in range(3):
        a = add(a, a)
    return a


def is_small_order(public_key: bytes) -> bool:
    """Says whether a key is nobody's."""
    point = decode(public_key)
    return point is not None and is_identity(times_eight(point))


@functools.lru_cache(maxsize=100_000)
def holds(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Says whether a signature holds: s is below the order, and 8·(s·B − k·A − R) is the identity."""
    key, r = decode(public_key), decode(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= ORDER:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public_key + message).digest(), "little") % ORDER
    return is_identity(times_eight(add(sum_of_multiples(s, BASE, k, negate(key)), negate(r))))
