"""A person works on the service's documents while it runs, through Odoo's own screens' methods."""

from __future__ import annotations

import json
import threading
from typing import Any

from sync.odoo.errors import GatewayError
from tests.faults.lab import PROTOCOLS
from tests.faults.stand import Point
from tests.faults.trial import Fault, Touched, Trial, content

EDITED = 77.0
"""The price that the person writes on a line."""
ON_DRAFT, ON_POSTED = ("delete", "post", "edit", "cancel"), ("edit", "cancel")
"""Odoo lets nobody delete what had a number."""
DEEDS = {
    Point.before: ON_DRAFT,
    Point.work: ON_DRAFT,
    Point.answer: ON_POSTED,
    Point.reconcile: ON_POSTED,
    Point.close: ON_POSTED,
}
FOURTH = 4
"""The batch after which an invoice of the project stands; the notices go before them."""


def deed(point: Point, seed: int) -> str:
    """What the person does there: all deeds in turn, each by one protocol and then the other."""
    return DEEDS[point][seed // len(PROTOCOLS) % len(DEEDS[point])]


def act(trial: Trial, key: str, how: str) -> Touched:
    """Do it as finance; what Odoo refuses is not done."""
    finance, touched = trial.lab.finance, Touched(key, how)
    (move,) = trial.lab.admin.search_read(
        "account.move", [("retainer_key", "=", key)], ["id", "state"], limit=1
    )
    ids = [move["id"]]
    try:
        if move["state"] == "posted" and how != "post":
            finance.call_on("account.move", ids, "button_draft")
        if how == "edit":
            domain = [("move_id", "=", ids[0]), ("display_type", "=", "product")]
            line = finance.search_read("account.move.line", domain, ["id"], limit=1)[0]["id"]
            change = [[1, line, {"price_unit": EDITED}]]
            finance.write("account.move", ids, {"invoice_line_ids": change})
        elif how == "cancel":
            finance.call_on("account.move", ids, "button_cancel")
        elif how == "delete":
            finance.unlink("account.move", ids)
        else:
            finance.call_on("account.move", ids, "action_post")
    except GatewayError as refused:
        touched.refused = str(refused)
    touched.left = content(trial.lab, key)
    return touched


def _in_a_thread(trial: Trial, key: str, how: str) -> tuple[threading.Thread, list[Touched]]:
    """The person may have to wait until the transaction is over."""
    done: list[Touched] = []
    thread = threading.Thread(target=lambda: done.append(act(trial, key, how)), daemon=True)
    thread.start()
    return thread, done


def _on_a_draft(point: Point) -> Fault:
    """Drafts for review: the fee has risen, the run rewrites April's draft, and so does finance."""

    def strike(trial: Trial) -> None:
        lab, world = trial.lab, trial.world
        lab.admin.write("res.company", [1], {"retainer_post_policy": "draft"})
        try:
            trial.run(direct=True).end()
            lab.admin.write("retainer.terms", [world.terms], {"monthly_fee": 1100.0})
            key = f"1/{world.retainer}/fee/2025-04/0"
            stand = trial.stand(point, number=1)
            ran = trial.run()
            stand.wait(ran.is_alive)
            thread, done = _in_a_thread(trial, key, deed(point, trial.seed))
            thread.join(0.5 if point is Point.work else 60)
            stand.let_go()
            thread.join(60)
            ran.end()
        finally:
            lab.admin.write("res.company", [1], {"retainer_post_policy": "post"})
        (trial.touched,) = done

    return strike


def _on_a_new_invoice(point: Point) -> Fault:
    """An invoice was just posted by the run, and finance takes it up at once."""

    def strike(trial: Trial) -> None:
        stand = trial.stand(point, number=FOURTH)
        ran = trial.run()
        stand.wait(ran.is_alive)
        # Inside the transaction that draws from the advances, the invoices of before are there.
        found = trial.lab.gates.eye.ask(
            "SELECT json_agg(retainer_key ORDER BY id) FROM account_move WHERE state = 'posted'"
            f" AND move_type = 'out_invoice' AND retainer_engagement_id = {trial.world.project}"
        )
        keys: list[Any] = json.loads(found) if found else []
        assert keys, "no invoice stands yet"
        # The advance is enough for the first two; it is they that a run is about to draw for.
        key = trial.chance.choice(keys[:2])
        thread, done = _in_a_thread(trial, key, deed(point, trial.seed))
        thread.join(0.5 if point is Point.reconcile else 60)
        if point is Point.answer:
            assert stand.exchange is not None
            stand.exchange.cut(gently=trial.chance.random() < 0.5)
        stand.let_go()
        thread.join(60)
        ran.end()
        (trial.touched,) = done

    return strike


PERSON = {
    point: _on_a_draft(point) if deeds is ON_DRAFT else _on_a_new_invoice(point)
    for point, deeds in DEEDS.items()
}
