"""Every field that is read, with what it must never be: an issue that names record and field."""

import math

import pytest

from mappings import (
    account_analytic_line,
    account_move,
    hr_employee,
    project_milestone,
    project_project,
    purchase_order,
    purchase_order_line,
    res_company,
    res_currency,
    res_currency_rate,
    res_partner,
    resource_calendar_leaves,
    retainer_alert,
    retainer_change_order,
    retainer_client_po,
    retainer_engagement,
    retainer_hour_block,
    retainer_period,
    retainer_role_rate,
    retainer_terms,
    retainer_tombstone,
    sale_order,
    sale_order_line,
)
from sync.odoo.memory.schema import field_of
from sync.plan.diff import make_plan
from sync.pull import CompanyUnreadable, pull
from sync.rules.engine import evaluate
from tests.unit.pull.agency import in_full_swing
from tests.unit.pull.corrupting import CorruptingGateway

MODELS = (
    account_analytic_line,
    account_move,
    hr_employee,
    project_milestone,
    project_project,
    purchase_order,
    purchase_order_line,
    res_company,
    res_currency,
    res_currency_rate,
    res_partner,
    resource_calendar_leaves,
    retainer_alert,
    retainer_change_order,
    retainer_client_po,
    retainer_engagement,
    retainer_hour_block,
    retainer_period,
    retainer_role_rate,
    retainer_terms,
    retainer_tombstone,
    sale_order,
    sale_order_line,
)

BAD = {
    "char": [7, ["x"], {"a": 1}],
    "text": [7, ["x"], True],
    "boolean": [1, "true", None],
    "integer": ["5", 1.5, 2**40, True],
    "float": ["5", math.nan, math.inf, 1e300, True],
    "monetary": ["5.00", math.nan, 1e300, [1.0]],
    "date": ["2025-02-30", "tomorrow", 20250301, "0025-03-01"],
    "datetime": ["2025-03-01", 5, "2025-03-01 25:00:00"],
    "selection": ["nonsense", 3, ["x"]],
    "many2one": ["7", -1, True, 7.0],
    "many2many": ["7", [0], [True], 5],
    "json": [5, "x", {}, [5], [[1]], [[1, "2"]], [[1, 2, 3]], [[1, True]]],
}

LENIENT = {
    ("res.partner", "type"): "nonsense",
    ("account.move", "payment_state"): "nonsense",
    ("account.move", "retainer_lifecycle"): "nonsense",
    ("account.move", "move_type"): "nonsense",
    ("retainer.tombstone", "kind"): None,
}
"""Texts of Odoo's own that may hold anything: a value that is text is no mistake there."""


def _cases():
    read = [(each.MODEL, each.FIELDS) for each in MODELS]
    read.append((retainer_period.LOT_MODEL, retainer_period.LOT_FIELDS))
    for model, names in read:
        for name in names:
            for value in BAD[field_of(model, name).type]:
                if LENIENT.get((model, name)) != value:
                    yield pytest.param(model, name, value, id=f"{model}-{name}-{value!r}")


@pytest.fixture(scope="module")
def agency():
    return in_full_swing()


CASES = list(_cases())


def test_there_are_at_least_200_distinct_bad_cases():
    assert len(CASES) >= 200


@pytest.mark.parametrize(("model", "name", "value"), CASES)
def test_a_bad_value_is_an_issue_and_the_run_goes_on(agency, model, name, value):
    gateway = CorruptingGateway(agency.service, model, name, value)
    try:
        pulled = pull(gateway, 1)
    except CompanyUnreadable as trouble:
        assert trouble.issue.source.model == model == "res.company"
        assert trouble.issue.field == name
        return
    assert gateway.corrupted, "the agency has no such row to corrupt"
    named = [
        issue
        for issue in pulled.snapshot.problems
        if issue.source.model == model
        and issue.source.id in gateway.corrupted
        and issue.field == name
    ]
    assert named, pulled.snapshot.problems
    assert all(issue.message.count("\n") == 0 and "; " in issue.message for issue in named)
    # A run over what is left completes as well.
    make_plan(pulled.snapshot, evaluate(pulled.snapshot, agency.odoo.tables.today))


@pytest.mark.parametrize("model", sorted({case.values[0] for case in CASES} - {"res.company"}))
def test_a_field_that_was_not_sent_is_an_issue(agency, model):
    class Withholding(CorruptingGateway):
        def search_read(self, model, domain, fields, *, limit, order="id asc"):
            rows = super().search_read(model, domain, fields, limit=limit, order=order)
            for row in rows:
                if model == self.model and row["id"] in self.corrupted:
                    del row[self.field]
            return rows

    fields = [case.values[1] for case in CASES if case.values[0] == model]
    for name in dict.fromkeys(fields):
        gateway = Withholding(agency.service, model, name, None)
        pulled = pull(gateway, 1)
        assert any(
            issue.source.model == model and "did not send" in issue.message
            for issue in pulled.snapshot.problems
        ), name
