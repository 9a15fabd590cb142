"""Hours: integer seconds inside, ``h:mm`` for people."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from sync.domain.money import multiply

HOUR = 3600
MINUTE = 60


def from_hours(hours: Decimal) -> int:
    """Decimal hours to seconds, rounded half-up to the second."""
    return int((hours * HOUR).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def to_hours(seconds: int) -> Decimal:
    """Seconds as decimal hours, exact to the last digit shown (1 h 20 min = 1.3333…)."""
    return multiply(Decimal(1), seconds, HOUR)


def in_hundredths(seconds: int) -> Decimal | None:
    """The hours when two decimals say them exactly (6:15 = 6.25), else None (0:20)."""
    return Decimal(seconds // 36).scaleb(-2) if seconds % 36 == 0 else None


@lru_cache(maxsize=4096)
def text(seconds: int) -> str:
    """``h:mm``, with seconds only where there are any: ``6:00``, ``-0:30``, ``1:20:30``.

    Remembered, because entries of the same few lengths are named over and over.
    """
    sign = "-" if seconds < 0 else ""
    whole, rest = divmod(abs(seconds), HOUR)
    minutes, odd = divmod(rest, MINUTE)
    return f"{sign}{whole}:{minutes:02d}" + (f":{odd:02d}" if odd else "")


def round_up(seconds: int, increment_minutes: int) -> int:
    """Round one entry up to the increment of its terms.

    A correcting entry (negative) rounds away from zero as well, so that it takes back exactly what
    the entry it corrects had counted.
    """
    if increment_minutes <= 0:
        return seconds
    step = increment_minutes * MINUTE
    counted = -(-abs(seconds) // step) * step
    return counted if seconds >= 0 else -counted


def weigh(seconds: int, factor: Decimal) -> int:
    """Seconds times a factor, rounded half-up to the second (away from zero on a tie)."""
    return int((factor * seconds).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def charge(seconds: int, hourly: Decimal) -> Decimal:
    """Seconds at an hourly rate, unrounded; the caller rounds once per line."""
    return multiply(hourly, seconds, HOUR)


def utilization(used: int, available: int) -> Decimal:
    """Used ÷ available in percent with one decimal, half-up; 0 when nothing was available."""
    if available <= 0:
        return Decimal("0.0")
    return multiply(Decimal(100), used, available).quantize(Decimal("0.1"), ROUND_HALF_UP)
