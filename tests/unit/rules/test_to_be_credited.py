"""Which credit notes are about to take their part of a fee."""

import pytest

from sync.domain.documents import Role
from sync.rules.fee_lots import to_be_credited
from tests.unit.rules.world import billed, money, of_role, retainer, run, terms, world

LOT = 41


def asked(amount: str, **changes):
    """A credit note that takes of the lot, under the key of revision 1."""
    snapshot = world(retainer(terms("2025-01-01")))
    fee = of_role(run(snapshot, "2025-01-02"), Role.fee)[0]
    line = fee.lines[0].model_copy(update={"amount": money(amount), "match_line_id": LOT})
    values = {"key": "1/1/fee/2025-01/1", "credit": True, "lines": (line,), **changes}
    return fee.model_copy(update=values)


def draft(amount: str, **changes):
    values = {"state": "draft", "credit": True, "deducts": ((LOT, money(amount)),), **changes}
    return billed("2025-01", amount, revision=1, **values)


@pytest.mark.parametrize(
    ("invoices", "standing", "taken"),
    [
        ([asked("1000")], [], "1000"),
        ([asked("1000")], [draft("800")], "1000"),  # the draft is rewritten
        ([], [draft("800")], "800"),  # its month is closed
        ([asked("1000")], [draft("1500", changed=True)], "1500"),  # a person's word stands
        ([asked("1000", withdrawn=True)], [draft("800")], None),
        ([asked("1000", withdrawn=True)], [draft("1500", changed=True)], "1500"),
        ([asked("1000")], [draft("1000", state="posted", deducts=())], None),  # it took it
        ([asked("1000")], [draft("1000", state="cancel", deducts=())], None),
    ],
)
def test_what_they_take_of_the_lot(invoices, standing, taken) -> None:
    assert to_be_credited(invoices, standing).get(LOT) == (taken and money(taken))


def test_an_invoice_takes_nothing() -> None:
    assert to_be_credited([asked("1000", credit=False)], [draft("800", credit=False)]) == {}
