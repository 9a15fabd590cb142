"""Time in the simulated world: one clock, and nobody waits for it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ZONES = ("UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Auckland", "America/Sao_Paulo")
CHANGES = {
    date(2025, 3, 9): "America/Los_Angeles",
    date(2025, 3, 30): "Europe/Berlin",
    date(2025, 4, 6): "Pacific/Auckland",
}
"""Days on which clocks are changed somewhere, while histories last: forward, forward, back."""
HOURS = (time(0, 5), time(2, 17), time(2, 59), time(12, 0), time(23, 55))
"""When the nightly job runs; on days of ``CHANGES`` some do not exist there, or exist twice."""


@dataclass
class Clock:
    """The moment, in UTC, and how many seconds have gone by since the world began."""

    moment: datetime = datetime(2025, 1, 1, 12, tzinfo=UTC)
    elapsed: float = 0.0
    due: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    """What happens once so many seconds have gone by: requests that were held up on the way."""

    def now(self) -> datetime:
        """The server's clock."""
        return self.moment

    def seconds(self) -> float:
        """The service's clock, which never goes back."""
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        """Time passes."""
        self.moment += timedelta(seconds=seconds)
        self.elapsed += seconds
        while ready := [each for each in self.due if each[0] <= self.elapsed]:
            self.due = [each for each in self.due if each not in ready]
            for _, act in ready:
                act()

    def set(self, moment: datetime) -> None:
        """Another night: later by the service's clock, whenever it is by the server's."""
        self.sleep(24 * 3600)
        self.moment = moment


def moment_of(chance: random.Random, day: date) -> datetime:
    """A moment that is that day by the wall clock of some place, in UTC: where clocks are changed
    that day, of that place.
    """
    zone = ZoneInfo(chance.choice([CHANGES[day]] if day in CHANGES else ZONES))
    local = datetime.combine(day, chance.choice(HOURS), zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).date() != day:  # an hour that this night leaves out
        moment = datetime.combine(day, time(12), zone).astimezone(UTC)
    return moment
