"""Laws of what finance accepts as rightly not billed: never more than is due, never twice."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sync.domain.documents import Role
from sync.domain.existing import ExistingInvoice, Tombstone
from sync.domain.keys import revision_of
from sync.rules.bill import net_of
from tests.unit.rules.test_accepted import YES, asked, cancelled, gone, march
from tests.unit.rules.world import billed, of_role, run

FATES = st.sampled_from(["billed", "cancelled", "gone", "changed"])
UNITS = st.integers(1, 50).map(lambda each: Decimal(each * 100))


@st.composite
def histories(draw) -> list[ExistingInvoice | Tombstone]:
    """Documents under one key, each asked for when the total changed, each with its own fate."""
    documents: list[ExistingInvoice | Tombstone] = []
    for _ in range(draw(st.integers(0, 5))):
        snapshot = march(*documents, fee=draw(UNITS))
        for invoice in of_role(run(snapshot, "2025-03-20"), Role.fee):
            fate, revision = draw(FATES), revision_of(invoice.key)
            facts: dict[str, Any] = {"credit": invoice.credit, "written": invoice.untaxed}
            if fate == "gone":
                documents.append(gone("2025-03", invoice.untaxed, revision, credit=invoice.credit))
            elif fate == "cancelled":
                documents.append(cancelled("2025-03", invoice.untaxed, revision, **facts))
            elif fate == "changed":
                facts |= {"changed": True, "accepted": YES}
                documents.append(billed("2025-03", invoice.untaxed / 2, revision=revision, **facts))
            else:
                documents.append(billed("2025-03", invoice.untaxed, revision=revision, **facts))
    return documents


def standing_of(documents: list[ExistingInvoice | Tombstone]) -> Decimal:
    return net_of([each for each in documents if isinstance(each, ExistingInvoice) and each.counts])


@given(histories(), UNITS)
def test_never_more_than_the_total_and_never_below_nothing(documents, total: Decimal) -> None:
    standing = standing_of(documents)
    after = standing + asked(march(*documents, fee=total))
    assert Decimal(0) <= after <= max(standing, total)


@given(histories(), UNITS)
def test_what_was_asked_once_is_not_asked_again(documents, total: Decimal) -> None:
    snapshot = march(*documents, fee=total)
    written = [
        billed(
            "2025-03",
            each.untaxed,
            revision=revision_of(each.key),
            credit=each.credit,
            written=each.untaxed,
        )
        for each in of_role(run(snapshot, "2025-03-20"), Role.fee)
    ]
    assert asked(march(*documents, *written, fee=total)) == 0


@given(histories(), UNITS)
def test_no_key_is_asked_for_twice(documents, total: Decimal) -> None:
    taken = {each.key for each in documents}
    for invoice in of_role(run(march(*documents, fee=total), "2025-03-20"), Role.fee):
        assert invoice.key not in taken
