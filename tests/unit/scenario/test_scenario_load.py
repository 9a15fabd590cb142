"""The people's part: what a story gives is there in Odoo, made in few calls."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from sandbox.agency import agency
from sync.odoo.memory import MemoryGateway, MemoryOdoo
from sync.scenario.load import load
from sync.scenario.load.world import World
from sync.scenario.model import Scenario
from sync.scenario.reading import read_text
from sync.scenario.run import play

HEAD = """\
scenario: a_story
title: A story
shows: something
"""


class Watched(MemoryGateway):
    """Notes which models are created in how many calls."""

    creates: Counter[str]

    def create(self, model: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Note it, then do it."""
        self.creates[model] += 1
        return super().create(model, rows)


def loaded(text: str) -> tuple[World, Scenario]:
    scenario = read_text(HEAD + text)
    return load(MemoryOdoo().gateway("admin"), scenario), scenario


def test_every_model_is_created_in_one_call() -> None:
    door = MemoryOdoo().gateway("admin")
    door.__class__ = Watched
    assert isinstance(door, Watched)
    door.creates = Counter()
    load(door, agency())
    # Clients and the addresses below them need two.
    assert {model: calls for model, calls in door.creates.items() if calls > 1} == {
        "res.partner": 2
    }
    assert door.calls < 60


def test_what_is_left_out_is_made_from_the_engagements() -> None:
    world, _ = loaded(
        """\
given:
  engagements:
    Acme retainer: {client: Acme Corp, start: 2025-01-01, ap_contact: Accounts payable}
    Acme site: {client: Acme Corp, start: 2025-01-01, kind: project, projects: [Site, Shop]}
as_of: 2025-03-28
"""
    )
    assert set(world.ids["client"]) == {"Acme Corp"}
    assert set(world.ids["project"]) == {"Acme retainer", "Site", "Shop"}
    (contact,) = world.rows("res.partner", [("name", "=", "Accounts payable")], ["parent_id"])
    assert contact["parent_id"] == world.id("client", "Acme Corp")


def test_a_purchase_order_belongs_to_those_that_name_it() -> None:
    world, _ = loaded(
        """\
given:
  engagements:
    Acme retainer: {client: Acme Corp, start: 2025-01-01, po: PO-1, currency: EUR}
  purchase_orders: {PO-1: {amount: 100}}
as_of: 2025-03-28
"""
    )
    (order,) = world.rows("retainer.client.po", [], ["partner_id", "currency_id", "amount"])
    assert order["partner_id"] == world.id("client", "Acme Corp")
    assert order["currency_id"] == world.id("currency", "EUR")


def test_an_accepted_quote_holds_the_milestones() -> None:
    world, _ = loaded(
        """\
given:
  engagements:
    Acme site: {client: Acme Corp, start: 2025-01-01, kind: project, quote: Q-7}
  milestones:
    concept: {engagement: Acme site, number: 1, amount: 1000}
    launch: {engagement: Acme site, number: 2, amount: 2500.50}
as_of: 2025-03-28
"""
    )
    (quote,) = world.rows("sale.order", [], ["name", "state", "amount_untaxed"])
    assert (quote["name"], quote["state"], quote["amount_untaxed"]) == ("Q-7", "sale", 3500.5)


def test_time_is_entered_on_the_task_of_its_change_order() -> None:
    world, _ = loaded(
        """\
given:
  engagements:
    Extra: {client: Acme Corp, start: 2025-01-01, kind: out_of_scope}
  change_orders:
    Banner: {engagement: Extra, rate: 100, task: Banner for the fair}
  time:
    - {date: 2025-03-03, change_order: Banner, hours: 1:20}
    - {month: 2025-03, project: Extra, hours: 40}
as_of: 2025-03-28
"""
    )
    (task,) = world.rows("project.task", [], ["name", "retainer_change_order_id"])
    assert task["name"] == "Banner for the fair"
    entries = world.rows("account.analytic.line", [], ["task_id", "unit_amount"])
    on_task = [entry for entry in entries if entry["task_id"]]
    assert [entry["unit_amount"] for entry in on_task] == [pytest.approx(4 / 3)]
    assert sum(entry["unit_amount"] for entry in entries) == pytest.approx(40 + 4 / 3)


def test_a_change_is_written_as_given() -> None:
    world, scenario = loaded(
        """\
given:
  engagements:
    Acme retainer: {client: Acme Corp, start: 2025-01-01, end: 2025-12-31, terms: {monthly_fee: 1}}
when:
  - change: {engagement: Acme retainer, set: {end: , payment_days: 15, manager: Maya Lindqvist}}
  - change: {terms: Acme retainer, set: {monthly_hours: 6:30, billing: in_arrears}}
"""
    )
    assert list(play(world, scenario)) == []
    fields = ["date_end", "payment_term_id", "user_id"]
    (engagement,) = world.rows("retainer.engagement", [], fields)
    assert engagement["date_end"] is False
    assert engagement["payment_term_id"] == world.id("payment_days", "15")
    assert engagement["user_id"] == world.id("user", "Maya Lindqvist")
    (terms,) = world.rows("retainer.terms", [], ["monthly_hours", "billing"])
    assert (terms["monthly_hours"], terms["billing"]) == (6.5, "in_arrears")


def test_a_step_that_odoo_should_refuse_and_does_not() -> None:
    world, scenario = loaded(
        """\
given:
  engagements:
    Acme site: {client: Acme Corp, start: 2025-01-01, kind: project}
  milestones: {concept: {engagement: Acme site, amount: 1000}}
when:
  - {sign_off: concept, on: 2025-03-03, refused: not allowed}
"""
    )
    (difference,) = play(world, scenario)
    assert str(difference) == ("step 0 (sign_off): refused: expected “not allowed” got it was done")


def test_a_document_that_is_not_there() -> None:
    world, scenario = loaded(
        """\
given:
  engagements:
    Acme retainer: {client: Acme Corp, start: 2025-01-01}
when:
  - cancel_invoice: {engagement: Acme retainer, role: fee, month: 2025-03}
"""
    )
    (difference,) = play(world, scenario)
    assert "0 fee documents of Acme retainer where one is meant" in str(difference)


def test_role_rates_and_the_jobs_of_employees() -> None:
    world, _ = loaded(
        """\
given:
  employees: {Robin Reyes: {job: Designer}}
  engagements:
    Acme retainer:
      client: Acme Corp
      start: 2025-01-01
      terms: {monthly_hours: 10, overage_cap: 5, overage_increment: 30, carries_over: false,
        role_rates: {Designer: {factor: 1.5, overage_rate: 200}, Director: {factor: 2}}}
  time:
    - {date: 2025-03-03, project: Acme retainer, by: Robin Reyes, hours: 1}
as_of: 2025-03-28
"""
    )
    (robin,) = world.rows("hr.employee", [("name", "=", "Robin Reyes")], ["job_id"])
    assert robin["job_id"] == world.id("job", "Designer")
    rates = world.rows("retainer.role.rate", [], ["job_id", "factor", "overage_rate"])
    assert [(rate["factor"], rate["overage_rate"]) for rate in rates] == [(1.5, 200.0), (2.0, 0.0)]


def test_a_correction_names_the_entry_that_it_corrects() -> None:
    world, scenario = loaded(
        """\
given:
  engagements:
    Acme retainer: {client: Acme Corp, start: 2025-01-01}
  time:
    - {date: 2025-03-03, project: Acme retainer, hours: 8}
when:
  - add_time: {date: 2025-03-20, project: Acme retainer, hours: -2,
      corrects: {date: 2025-03-03, project: Acme retainer}}
  - add_time: {date: 2025-03-21, project: Acme retainer, hours: -1,
      corrects: {date: 2025-03-04, project: Acme retainer}}
"""
    )
    (difference,) = play(world, scenario)
    assert "0 time entries on 2025-03-04 where one is meant" in str(difference)
    first, second = world.rows("account.analytic.line", [], ["retainer_corrects_id"])
    assert second["retainer_corrects_id"] == first["id"]


def test_purchases_are_ordered_and_received() -> None:
    world, scenario = loaded(
        """\
given:
  engagements:
    Acme site: {client: Acme Corp, start: 2025-01-01, kind: project, recharge_purchases: true}
  purchases:
    Photographs: {project: Acme site, vendor: Lena Photo, date: 2025-03-03, text: One day,
      quantity: 2, cost: 450.50, received: 1}
when:
  - change: {purchase: Photographs, set: {received: 2}}
"""
    )
    fields = ["name", "product_qty", "price_unit", "qty_received", "state"]
    (line,) = world.rows("purchase.order.line", [], fields)
    assert line["qty_received"] == 1
    assert list(play(world, scenario)) == []
    (line,) = world.rows("purchase.order.line", [], fields)
    assert (line["qty_received"], line["price_unit"], line["state"]) == (2, 450.5, "purchase")


def test_milestones_by_percentage_or_quantity() -> None:
    world, _ = loaded(
        """\
given:
  engagements:
    Acme site: {client: Acme Corp, start: 2025-01-01, kind: project, quote: Q-7}
  quotes: {Q-7: {total: 10000}}
  milestones:
    concept: {engagement: Acme site, percent: 30}
    pages: {engagement: Acme site, quantity: 12, unit_price: 250}
as_of: 2025-03-28
"""
    )
    fields = ["retainer_percent", "retainer_quantity", "retainer_unit_price", "retainer_amount"]
    concept, pages = world.rows("project.milestone", [], fields)
    assert concept["retainer_percent"] == 30
    assert (pages["retainer_quantity"], pages["retainer_unit_price"]) == (12, 250)
