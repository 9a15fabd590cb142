"""The links that clients get: a wrong, foreign, revoked or outdated one shows nothing and signs
nothing; a client sees nothing of another client, and no statement but what was sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from contract_world import Door, World

from sync.odoo.json2 import Json2Gateway
from sync.settings import Settings

pytestmark = pytest.mark.odoo

SECRET = "Extra pages nobody else may see"
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
PNG += "gg=="


@dataclass
class Portal:
    """A server seen from outside, with a quotation and an invoice of one client."""

    url: str
    database: str
    door: Door
    world: World
    quote: int
    token: str
    invoice: int
    order: int

    def headers(self, session: Any) -> dict[str, str]:
        """Who has no session says which database is meant."""
        return {"X-Odoo-Database": self.database} if session is requests else {}

    def get(self, path: str, session: Any = requests) -> Any:
        """A page, without following where it leads."""
        return session.get(
            f"{self.url}{path}",
            headers=self.headers(session),
            allow_redirects=False,
            timeout=60,
        )

    def call(self, path: str, session: Any = requests, **params: Any) -> Any:
        """What a JSON route answers: its result, or its error."""
        return session.post(
            f"{self.url}{path}",
            json={"jsonrpc": "2.0", "method": "call", "params": params, "id": 1},
            headers=self.headers(session),
            allow_redirects=False,
            timeout=60,
        ).json()

    def sign(self, quote: int, token: str) -> Any:
        """Accept a quotation online."""
        return self.call(
            f"/my/orders/{quote}/accept", access_token=token, name="Mallory", signature=PNG
        )

    def approval(self) -> str:
        """Whether the extra work is approved."""
        row = self.door.one("retainer.change.order", [("id", "=", self.order)], "approval_state")
        return str(row["approval_state"])


@pytest.fixture(scope="module")
def portal(request: pytest.FixtureRequest) -> Iterator[Portal]:
    database = request.getfixturevalue("odoo_database")("portal")

    def come_in(login: str, key: str) -> Any:
        return Json2Gateway(
            Settings(url=database.url, database=database.name, login=login, api_key=key)
        )

    admin = come_in(database.admin_login, database.admin_api_key)
    service = come_in(database.service_login, database.service_api_key)
    door = Door(admin, service, come_in)
    world = World(door)
    world.begin()
    result = world.apply_one(world.invoice())
    assert result["status"] == "created", result
    quote, token = quotation(door, world)
    order = door.new(
        "retainer.change.order",
        name="Extra pages",
        engagement_id=world.engagement,
        quote_id=quote,
    )
    yield Portal(database.url, database.name, door, world, quote, token, int(result["id"]), order)
    world.finish()
    admin.close()
    service.close()


def quotation(door: Door, world: World, **values: Any) -> tuple[int, str]:
    """A quotation that waits for a signature, and the token of its link."""
    quote = door.new(
        "sale.order",
        partner_id=world.client,
        require_signature=True,
        require_payment=False,
        order_line=[[0, 0, {"product_id": world.product, "name": SECRET, "price_unit": 160.0}]],
        **values,
    )
    door.admin.write("sale.order", [quote], {"state": "sent"})
    link = door.admin.call_on("sale.order", [quote], "get_portal_url")
    return quote, str(link).partition("access_token=")[2].partition("&")[0]


def shows_nothing(answer: Any) -> None:
    assert answer.status_code in (301, 302, 303, 307, 308, 403, 404), answer.status_code
    assert SECRET not in answer.text


def test_the_right_link_shows_it(portal: Portal) -> None:
    answer = portal.get(f"/my/orders/{portal.quote}?access_token={portal.token}")
    assert answer.status_code == 200
    assert SECRET in answer.text


@pytest.mark.parametrize(
    "token",
    ["", "0", "None", "False", "00000000-0000-4000-8000-000000000000", "%00", "%25", "a" * 9000],
)
def test_a_guessed_link_shows_and_signs_nothing(portal: Portal, token: str) -> None:
    for page in (f"/my/orders/{portal.quote}", f"/my/invoices/{portal.invoice}"):
        answer = portal.get(f"{page}?access_token={token}")
        if answer.status_code in (400, 414, 431):
            continue  # no server reads such an address
        shows_nothing(answer)
        assert "Overage, March" not in answer.text
    answer = portal.sign(portal.quote, token)
    assert "force_refresh" not in str(answer.get("result")), answer
    assert portal.approval() == "waiting"


def test_the_link_of_another_document_shows_nothing(portal: Portal) -> None:
    other, token = quotation(portal.door, portal.world)
    assert token and token != portal.token
    shows_nothing(portal.get(f"/my/orders/{portal.quote}?access_token={token}"))
    shows_nothing(portal.get(f"/my/orders/{other}?access_token={portal.token}"))
    shows_nothing(portal.get(f"/my/invoices/{portal.invoice}?access_token={portal.token}"))
    portal.sign(portal.quote, token)
    assert portal.approval() == "waiting"


def test_a_revoked_link_shows_and_signs_nothing(portal: Portal) -> None:
    quote, token = quotation(portal.door, portal.world)
    portal.door.admin.write("sale.order", [quote], {"access_token": "a-new-one"})
    shows_nothing(portal.get(f"/my/orders/{quote}?access_token={token}"))
    portal.sign(quote, token)
    assert portal.door.one("sale.order", [("id", "=", quote)], "state")["state"] == "sent"


@pytest.mark.parametrize("how", ["expired", "cancelled"])
def test_an_outdated_quotation_is_not_signed(portal: Portal, how: str) -> None:
    """Its link still shows what was offered; it approves nothing."""
    quote, token = quotation(portal.door, portal.world, validity_date="2020-01-31")
    extra = portal.door.new(
        "retainer.change.order",
        name="Too late",
        engagement_id=portal.world.engagement,
        quote_id=quote,
    )
    if how == "cancelled":
        portal.door.admin.write("sale.order", [quote], {"validity_date": False, "state": "cancel"})
    portal.sign(quote, token)
    assert portal.door.one("sale.order", [("id", "=", quote)], "state")["state"] != "sale"
    row = portal.door.one("retainer.change.order", [("id", "=", extra)], "approval_state")
    assert row["approval_state"] == "waiting"


def test_another_client_sees_nothing(portal: Portal) -> None:
    """Neither its pages nor, by the server's own calls, any record of the module."""
    admin = portal.door.admin
    other = portal.door.new("res.partner", name="Mallory", email="mallory@example.com")
    (group,) = admin.search_read(
        "ir.model.data",
        [("module", "=", "base"), ("name", "=", "group_portal")],
        ["res_id"],
        limit=1,
    )
    portal.door.new(
        "res.users",
        name="Mallory",
        login="mallory",
        password="mallory-mallory",
        partner_id=other,
        group_ids=[[6, 0, [group["res_id"]]]],
    )
    session = requests.Session()
    answer = portal.call(
        "/web/session/authenticate",
        session,
        db=portal.database,
        login="mallory",
        password="mallory-mallory",
    )
    assert answer["result"]["uid"], answer
    shows_nothing(portal.get(f"/my/orders/{portal.quote}", session))
    shows_nothing(portal.get(f"/my/invoices/{portal.invoice}", session))
    for page in ("/my/orders", "/my/quotes", "/my/invoices", "/my/projects", "/my/tasks"):
        assert SECRET not in portal.get(page, session).text
    for model in (
        "retainer.engagement",
        "retainer.terms",
        "retainer.period",
        "retainer.period.lot",
        "retainer.change.order",
        "retainer.client.po",
        "retainer.advance",
        "retainer.lot",
        "retainer.alert",
        "retainer.sync.run",
        "retainer.tombstone",
    ):
        answer = portal.call(
            f"/web/dataset/call_kw/{model}/search_read",
            session,
            model=model,
            method="search_read",
            args=[],
            kwargs={"domain": [], "fields": ["id"]},
        )
        assert answer["error"]["data"]["name"] == "odoo.exceptions.AccessError", (model, answer)
    answer = portal.call(
        "/web/dataset/call_kw/retainer.gateway/hello",
        session,
        model="retainer.gateway",
        method="hello",
        args=[],
        kwargs={},
    )
    assert answer["error"]["data"]["name"] == "odoo.exceptions.AccessError"
