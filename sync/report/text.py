"""Texts from outside, made harmless: whatever a client calls itself, a terminal only shows it.

Rich markup never gets a chance because cells are handed over as plain text objects; here the
characters go that steer a terminal, split a line or turn the direction of reading around.
"""

import re

_SPACES = re.compile("[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
_STEERING = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
_HALVES = re.compile("[\ud800-\udfff]")


def safe(text: object) -> str:
    """One line that can be printed anywhere: no control character, no tab, no line end."""
    plain = str(text)
    if plain.isprintable():
        return plain.strip()
    plain = _SPACES.sub(" ", plain)
    plain = _STEERING.sub("", plain)
    return _HALVES.sub("\ufffd", plain).strip()


def counted(number: int, noun: str, plural: str = "") -> str:
    """``1 invoice``, ``3 invoices``."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
