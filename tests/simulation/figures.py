"""What many seeds came to, added up and said."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Figures:
    """Sums over seeds."""

    seeds: int = 0
    nights: int = 0
    calls: int = 0
    documents: int = 0
    seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    violations: dict[int, list[str]] = field(default_factory=dict)
    """What went against a law, by seed."""

    def add(self, other: "Figures") -> None:
        """Take in the figures of other seeds."""
        self.seeds += other.seeds
        self.nights += other.nights
        self.calls += other.calls
        self.documents += other.documents
        self.faults += other.faults
        self.violations |= other.violations

    def data(self) -> dict[str, Any]:
        """For programs."""
        return {
            "seeds": self.seeds,
            "nights": self.nights,
            "calls": self.calls,
            "documents": self.documents,
            "faults": dict(sorted(self.faults.items())),
            "violations": {str(seed): said for seed, said in sorted(self.violations.items())},
            "seconds": round(self.seconds, 1),
        }

    def json(self) -> str:
        """One JSON document."""
        return json.dumps(self.data(), indent=2, ensure_ascii=False)

    def lines(self) -> Iterable[str]:
        """For people."""
        per_second = self.seeds / self.seconds if self.seconds else 0.0
        yield f"seeds       {self.seeds:>12,}   ({per_second:.1f} a second)"
        yield f"nights      {self.nights:>12,}"
        yield f"calls       {self.calls:>12,}"
        yield f"documents   {self.documents:>12,}"
        yield f"faults      {sum(self.faults.values()):>12,}"
        for kind, number in sorted(self.faults.items(), key=lambda each: (-each[1], each[0])):
            yield f"  {kind:<32}{number:>9,}"
        yield f"violations  {len(self.violations):>12,}"
        for seed, said in sorted(self.violations.items()):
            yield f"  seed {seed}: {said[0]}"
