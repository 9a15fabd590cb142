"""API keys whose check costs a server next to nothing, for tests that make thousands of calls.

Odoo stretches what it stores of a key by 6,000 rounds, which is half of what a small call costs a
server. The number of rounds stands beside what is stored, so Odoo itself checks a key of one round
as it checks any other. A key of twenty random bytes needs no stretching; still, what the demo and
the benchmarks use is stored as Odoo stores it.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable

_INDEXED = 8
"""How much of a key Odoo looks it up by."""


def quick_keys(keys: Iterable[str]) -> str:
    """The SQL that stores these keys of a database again, by one round."""
    return "\n".join(
        f"UPDATE res_users_apikeys SET key = '{_stored(key)}' WHERE index = '{key[:_INDEXED]}';"
        for key in keys
    )


def _stored(key: str) -> str:
    salt = secrets.token_bytes(16)
    digest = hashlib.pbkdf2_hmac("sha512", key.encode(), salt, 1)
    return f"$pbkdf2-sha512$1${_text(salt)}${_text(digest)}"


def _text(some: bytes) -> str:
    """Base64 as Odoo's library writes it."""
    return base64.b64encode(some, altchars=b"./").decode().rstrip("=")
