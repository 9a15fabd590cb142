"""The sample agency shows what an account manager has to know on the 28th."""

from collections import Counter

import pytest

from sandbox.agency import AS_OF, agency, live, load_agency
from sandbox.errors import SandboxError
from sync.domain.documents import Role
from sync.odoo.memory import MemoryOdoo
from sync.scenario.load import observe
from sync.scenario.run import drawdown, look

SHOWN = {
    "no_terms",
    "po_expired",
    "po_exceeded",
    "po_missing",
    "time_after_end",
    "time_before_start",
    "time_on_no_engagement",
    "work_awaiting_approval",
    "work_rejected",
}


@pytest.fixture
def odoo() -> MemoryOdoo:
    return MemoryOdoo()


def test_it_is_large_and_varied_enough() -> None:
    given = agency().given
    assert len(given.clients) >= 20
    assert {each.currency or "USD" for each in given.engagements.values()} == {"USD", "EUR"}
    assert {bool(each.taxes) for each in given.engagements.values()} == {True, False}
    assert {each.state.value for each in given.engagements.values()} == {
        "running",
        "paused",
        "ended",
    }


def test_a_first_run_on_the_28th(odoo: MemoryOdoo) -> None:
    load_agency(odoo.gateway("admin"))
    service = odoo.gateway("drawdown")
    plan = look(service, 1, AS_OF).plan
    assert {issue.code for issue in plan.issues} >= SHOWN
    roles = Counter(invoice.role for invoice in plan.invoices)
    assert set(roles) == {Role.fee, Role.overage, Role.milestone, Role.out_of_scope}
    ran = drawdown(service, 1, AS_OF)
    assert ran.report.ok
    assert look(service, 1, AS_OF).plan.empty


def test_its_history_leaves_the_28th_to_the_reader(odoo: MemoryOdoo) -> None:
    service = odoo.gateway("drawdown")
    world = load_agency(odoo.gateway("admin"))
    live(world, service)
    past = [each for each in observe.statements(world) if each["month"].month < 3]
    still_open = {each["engagement"] for each in past if each["state"] == "open"}
    assert still_open == {"Kestrel retainer"}, "only the one whose invoices are held"
    drawdown(service, 1, AS_OF)
    late = {each["engagement"]: each["late"] for each in observe.statements(world) if each["late"]}
    assert late == {"Tern retainer": 9000, "Juniper retainer": 4500}


def test_it_is_loaded_once(odoo: MemoryOdoo) -> None:
    load_agency(odoo.gateway("admin"))
    with pytest.raises(SandboxError, match="already"):
        load_agency(odoo.gateway("admin"))
