"""Every number of every document that the stories write can be worked out from its explanation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from sync.odoo.memory import MemoryOdoo
from sync.pipeline import CompanyRef, Service, inquiries
from sync.report.explain import Explanation, explain_blocks
from sync.report.progress import Progress
from sync.scenario.load import load
from sync.scenario.reading import read
from sync.scenario.run import play
from sync.settings import Settings

FILES = sorted((Path(__file__).parents[1] / "scenarios").glob("*.yaml"))
MONEY = re.compile(r"(-?[\d,]+(?:\.\d+)?) [A-Z]{3}\b")
DURATION = re.compile(r"(-?)(\d+):(\d\d)(?::(\d\d))? h\b")
LONG_AFTER = date(2027, 1, 1)
LAST_WORD = ("client_po", "correction")
"""Rules whose figure is the document's, whatever the others came to before."""
ABOUT_BOOKS = ("fee_credit", "lock_dates", "deduct_advances")
"""Rules that say how a document is booked or paid, not what it is over."""


class Story:
    """A story that was played, and what can be asked of its Odoo."""

    def __init__(self, file: Path) -> None:
        story, odoo = read(file), MemoryOdoo()
        world = load(odoo.gateway("admin"), story)
        for _ in play(world, story, odoo.gateway("drawdown"), again_after_each=False):
            pass
        self.company = CompanyRef(world.company_id, world.company_name)
        self.gateway = odoo.gateway("drawdown")
        settings = Settings(url="http://odoo.invalid", database="memory", api_key="none")
        self.service = Service(settings, self.gateway, Progress())

    def explain(self, key: str) -> Explanation:
        return inquiries.explain(self.service, self.company, key, LONG_AFTER)

    def keys(self, model: str, *terms) -> Iterator[str]:
        domain = [("retainer_key", "!=", False), *terms]
        for row in self.gateway.search_read(model, domain, ["retainer_key"], limit=10_000):
            yield row["retainer_key"]


@pytest.fixture(scope="module", params=FILES, ids=[file.stem for file in FILES])
def story(request: pytest.FixtureRequest) -> Story:
    return Story(request.param)


def facts(explained: Explanation) -> dict[str, str]:
    return dict(explained.facts)


def money(text: str) -> Decimal:
    """The last amount that a text says, whichever its sign."""
    return abs(Decimal(MONEY.findall(text)[-1].replace(",", "")))


def signed(text: str) -> Decimal:
    """The last amount that a text says."""
    return Decimal(MONEY.findall(text)[-1].replace(",", ""))


def seconds(text: str) -> int:
    sign, hours, minutes, odd = DURATION.search(text).groups()
    total = int(hours) * 3600 + int(minutes) * 60 + int(odd or 0)
    return -total if sign else total


def test_the_figures_of_the_rules_come_to_the_net_of_every_invoice(story: Story) -> None:
    untouched = ("retainer_changed", "=", False)
    invoices = ("move_type", "in", ["out_invoice", "out_refund"])
    working = ("retainer_role", "not in", ["advance_request", "advance_return"])
    for key in story.keys("account.move", invoices, untouched, working):
        explained = story.explain(key)
        figures = [
            (each.rule, money(each.text))
            for each in explained.rules
            if MONEY.search(each.text) and each.rule not in ABOUT_BOOKS
        ]
        last = [figure for rule, figure in figures if rule in LAST_WORD]
        came_to = last[-1] if last else sum((figure for _, figure in figures), Decimal(0))
        assert came_to == money(facts(explained)["net"]), (key, explained.rules)
        # Advances are deducted on lines of their own: paid by them, not billed.
        lines = sum((signed(line[3]) for line in explained.lines), Decimal(0))
        deducted = facts(explained).get("advances deducted")
        assert abs(lines - (signed(deducted) if deducted else 0)) == came_to


def test_every_record_behind_a_number_is_named(story: Story) -> None:
    for key in story.keys("account.move"):
        for rule in story.explain(key).rules:
            for record in rule.records:
                assert re.fullmatch(r"[a-z._]+,\d+ \(.+\)", record, re.DOTALL), (key, record)


def test_the_lots_of_every_statement_come_to_its_hours(story: Story) -> None:
    for key in story.keys("retainer.period"):
        explained = story.explain(key)
        figures, month = facts(explained), explained.key.split("/")[3]
        lots = [lot for lot in explained.lots if lot.source != "deficit"]
        new = [lot for lot in lots if f"{lot.granted_on:%Y-%m}" >= month]
        assert seconds(figures["Hours Allocated"] + " h") == sum(lot.opening for lot in new)
        carried = sum(lot.opening for lot in lots) - sum(lot.opening for lot in new)
        assert seconds(figures["Rollover Hours"] + " h") == carried
        drawn = sum(lot.drawn for lot in lots)
        over = seconds(figures.get("Overage", "0:00").split(" ")[0] + " h")
        assert seconds(figures["Hours Used"] + " h") in (drawn + over, 0), figures
        for lot in lots:
            assert lot.opening == lot.drawn + lot.lapsed + lot.closing
            assert (lot.lapsed_on is not None) == bool(lot.lapsed)
            assert sum(draw.seconds for draw in lot.draws) == lot.drawn
            for draw in lot.draws:
                assert draw.text, (key, draw)


def test_every_lapse_and_every_grant_says_why(story: Story) -> None:
    for key in story.keys("retainer.period"):
        explained = story.explain(key)
        said = [each for each in explained.rules if each.rule == "roll_over"]
        lapsed = [lot.lapsed for lot in explained.lots if lot.lapsed]
        assert sorted(seconds(each.text) for each in said) == sorted(lapsed), key
        assert [each.rule for each in explained.rules].count("grant") == 1


def test_quotations_and_requests_are_explained(story: Story) -> None:
    for model in ("sale.order", "retainer.change.order"):
        for key in story.keys(model):
            explained = story.explain(key)
            (rule, *_) = explained.rules
            assert facts(explained)["net"] == MONEY.search(facts(explained)["net"]).group()
            if model == "sale.order":
                assert money(rule.text) == money(facts(explained)["net"])


def test_text_and_json_say_the_same(story: Story) -> None:
    for key in story.keys("retainer.period"):
        explained = story.explain(key)
        told = json.loads(explained.model_dump_json())
        assert len(told["lots"]) == len(explained.lots)
        tables = {block.tag: block for block in explain_blocks(explained) if hasattr(block, "rows")}
        assert len(tables["rule"].rows) == len(told["rules"])
        if explained.lots:
            draws = [draw for lot in explained.lots for draw in lot.draws]
            assert len(tables["draw"].rows) == len(draws)
