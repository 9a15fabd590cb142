"""What a run's report calls written stands in Odoo."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from sync.odoo.memory import MemoryOdoo
from sync.push.report import Status
from sync.report.run import RunReport
from tests.simulation.state import KEYED


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


def untrue(odoo: MemoryOdoo, report: RunReport, *, whole: bool) -> Iterator[str]:
    """Each key that the report calls written and that is not in Odoo.

    A draft that was withdrawn stands no more. Of statements a report names all that are open,
    written or not; they stand where the run was ``whole``, unless a conflict or a refusal kept
    back what belongs to the agreement.
    """
    kept_back = {each.engagement_id for each in (*report.conflicts, *report.not_written)}
    said: Mapping[str, Iterable[_Keyed]] = {
        "account.move": [
            each
            for each in (*report.written, *report.entries)
            if each.action != Status.withdrawn.value
        ],
        "retainer.period": [
            each for each in report.statements if whole and each.engagement_id not in kept_back
        ],
        "retainer.change.order": report.requests,
        "sale.order": report.quotations,
        "retainer.advance": report.advances,
        "retainer.alert": report.alerts,
    }
    assert said.keys() == KEYED.keys()
    for model, name in KEYED.items():
        standing = {row[name] for row in odoo.tables.rows(model).values()}
        for each in said[model]:
            if each.key not in standing:
                yield f"reported as written, and not there: {model} {each.key}"
