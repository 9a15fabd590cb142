"""Whatever a server, or a page in front of it, sends: a sound result or one clear error."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sync.odoo.errors import BadAnswer, GatewayError
from sync.odoo.gateway import AdminGateway, ServerVersion
from sync.odoo.http import Answer
from sync.odoo.json2 import Json2Gateway
from sync.odoo.jsonrpc import JsonRpcGateway
from sync.odoo.paging import read_all
from sync.odoo.version import ask_version
from sync.settings import Settings

CANARY = "c4n4ry0123456789abcdef0123456789abcdef"
FIELDS = ("name", "partner_id")
FUZZ = settings(max_examples=150, derandomize=True, deadline=None)

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "id": st.integers(-2, 9) | JSON,
            "name": st.text(max_size=9) | JSON,
            "partner_id": st.integers() | st.just([7, "Acme"]) | JSON,
        },
    )
    | JSON,
    max_size=5,
)
ERRORS = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(
            ["odoo.exceptions.AccessError", "odoo.exceptions.UserError", "builtins.ValueError"]
        )
        | JSON,
        "message": st.just(f"bearer {CANARY} was refused") | JSON,
        "arguments": st.lists(JSON, max_size=2) | JSON,
        "context": JSON,
        "debug": st.just(f"Traceback (most recent call last)\n{CANARY}") | JSON,
    },
)
RESULTS = ROWS | JSON


def text(value: Any) -> bytes:
    return json.dumps(value).encode()


def envelope(result: Any) -> Any:
    return {"jsonrpc": "2.0", "id": 1, "result": result}


ENVELOPES = (
    RESULTS.map(envelope)
    | ERRORS.map(lambda error: {"jsonrpc": "2.0", "id": 1, "error": {"code": 200, "data": error}})
    | st.fixed_dictionaries({}, optional={"jsonrpc": JSON, "id": JSON, "error": ERRORS | JSON})
    | JSON
)
RAW = st.one_of(
    st.binary(max_size=60),
    RESULTS.map(lambda found: text(found)[: len(text(found)) // 2]),
    RESULTS.map(lambda found: json.dumps(found).encode("utf-16")),
    RESULTS.map(lambda found: b"\xef\xbb\xbf" + text(found)),
    st.just("naïve".encode("latin-1")),
    st.just(b"<!DOCTYPE html><title>Log in</title>"),
    st.just(b"[" * 100_000),
    st.just(b'{"result":' * 50_000),
    st.just(b"1" * 5_000),
    st.just(b"NaN"),
    st.just(b'[{"id": 1, "name": -Infinity, "partner_id": NaN}]'),
    st.just(b""),
)
STATUS = st.sampled_from([200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 413, 418, 422, 429])
STATUS |= st.sampled_from([500, 502, 503, 504, 599])
WAITS = st.sampled_from(["", "5", "-1", "soon", "9" * 400, "٣", "1e9", "Fri, 31 Dec 1999 23:59:59"])


class Told:
    """A connection on which the answers are what the test says; then empty lists."""

    url = "http://127.0.0.1:8069"

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.sent = 0

    def request(self, *_: Any, **__: Any) -> Answer:
        self.sent += 1
        return self.answers.pop(0) if self.answers else Answer(200, {}, b"[]")

    def close(self) -> None:
        """Nothing is open."""


def told_settings() -> Settings:
    return Settings(url=Told.url, database="db", login="drawdown", api_key=CANARY)


def json2(*answers: Answer) -> AdminGateway:
    return Json2Gateway(told_settings(), Told(*answers))  # type: ignore[arg-type]


class Opener:
    """What urllib would open, told by the test; a login first."""

    def __init__(self, *bodies: bytes) -> None:
        self.bodies = [text(envelope(8)), text(envelope({"lang": "en_US"})), *bodies]

    def open(self, *_: Any, **__: Any) -> io.BytesIO:
        return io.BytesIO(self.bodies.pop(0) if self.bodies else text(envelope([])))


def jsonrpc(*bodies: bytes, login: bool = True) -> AdminGateway:
    opener = Opener(*bodies)
    if not login:
        opener.bodies = list(bodies)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sync.odoo.jsonrpc._opener", lambda settings: opener)
        return JsonRpcGateway(told_settings(), Told())  # type: ignore[arg-type]


def sound(gateway: AdminGateway, ask: Callable[[AdminGateway], Any]) -> Any:
    """The result; None where it is a clear error that holds no key."""
    try:
        return ask(gateway)
    except GatewayError as trouble:
        assert str(trouble).isprintable(), "one line, and nothing that a terminal would act upon"
        assert len(str(trouble)) < 1_500
        assert CANARY not in str(trouble)
        assert "Traceback" not in str(trouble)
        return None


def rows(gateway: AdminGateway) -> Any:
    return gateway.search_read("res.partner", [], FIELDS, limit=5)


def every(gateway: AdminGateway) -> Any:
    return list(read_all(gateway, "res.partner", [], FIELDS, page_size=2))


def look_over(found: Any, question: Callable[[AdminGateway], Any]) -> None:
    """What the doors promise of a result."""
    if found is None:
        return
    if question in (rows, every):
        assert all(type(row["id"]) is int and row["id"] > 0 for row in found)
        assert all(name in row for row in found for name in FIELDS)
    if question is every:
        ids = [row["id"] for row in found]
        assert ids == sorted(set(ids)), "each record once, in order"
    if question is count:
        assert type(found) is int and found >= 0
    if question is group:
        assert all(isinstance(row, dict) for row in found)
    if question is create:
        assert len(found) == 2 and all(type(each) is int and each > 0 for each in found)


def count(gateway: AdminGateway) -> Any:
    return gateway.search_count("res.partner", [])


def group(gateway: AdminGateway) -> Any:
    return gateway.read_group("res.partner", [], ["partner_id"], ["__count"])


def call(gateway: AdminGateway) -> Any:
    return gateway.call("retainer.gateway", "hello", repeatable=True)


def create(gateway: AdminGateway) -> Any:
    return gateway.create("res.partner", [{}, {}])


QUESTIONS = st.sampled_from([rows, every, count, group, call, create])


@FUZZ
@given(QUESTIONS, STATUS, RAW | RESULTS.map(text) | ERRORS.map(text), WAITS)
@example(rows, 200, b"[" * 100_000, "")
@example(rows, 500, b"[" * 100_000, "")
@example(rows, 200, b'[{"id": true, "name": "", "partner_id": false}]', "")
@example(count, 200, b"-1", "")
@example(create, 200, b'[1, "2"]', "")
def test_json2(question: Any, status: int, body: bytes, wait: str) -> None:
    answer = Answer(status, {"Retry-After": wait, "Location": wait}, body)
    look_over(sound(json2(answer), question), question)


@FUZZ
@given(QUESTIONS, RAW | ENVELOPES.map(text))
@example(rows, b"[" * 100_000)
@example(rows, text(envelope([{"id": True, "name": "", "partner_id": False}])))
def test_jsonrpc(question: Any, body: bytes) -> None:
    look_over(sound(jsonrpc(body), question), question)


@FUZZ
@given(st.lists(RAW | ENVELOPES.map(text), min_size=1, max_size=2))
def test_a_login_over_jsonrpc(bodies: list[bytes]) -> None:
    try:
        jsonrpc(*bodies, login=False)
    except GatewayError as trouble:
        assert str(trouble).isprintable()
        assert CANARY not in str(trouble)


IDS = st.integers(1, 6) | st.integers(-1, 9)
PAGES = st.lists(
    st.lists(IDS.map(lambda each: {"id": each, "name": "", "partner_id": False}), max_size=4),
    max_size=4,
)


@FUZZ
@given(PAGES)
@example([[{"id": 2, "name": "", "partner_id": False}] * 2])
def test_pages_in_any_order_never_lose_or_repeat_a_record_in_silence(pages: list[Any]) -> None:
    gateway = json2(*(Answer(200, {}, text(page)) for page in pages))
    try:
        found = every(gateway)
    except BadAnswer as refused:
        assert "res.partner" in str(refused)
        return
    ids = [row["id"] for row in found]
    sent = [row["id"] for page in pages for row in page]
    assert ids == sorted(set(ids))
    assert ids == sent[: len(ids)], "what was sent is there, up to the first page that is not full"


VERSIONS = st.fixed_dictionaries(
    {},
    optional={
        "version_info": st.lists(st.just("saas~19") | st.just("9" * 5_000) | JSON, max_size=4)
        | JSON,
        "version": JSON,
        "server_version_info": JSON,
    },
)


@FUZZ
@given(STATUS, RAW | VERSIONS.map(text) | JSON.map(text), RAW | VERSIONS.map(envelope).map(text))
@example(200, text({"version_info": ["9" * 5_000, 0], "version": "19.0"}), b"")
@example(200, text({"version_info": [19, "٣" * 9], "version": "\x1b[31m19.0"}), b"")
def test_a_version(status: int, first: bytes, second: bytes) -> None:
    http = Told(Answer(status, {}, first), Answer(status, {}, second))
    try:
        found = ask_version(http)  # type: ignore[arg-type]
    except GatewayError as trouble:
        assert str(trouble).isprintable()
        return
    assert isinstance(found, ServerVersion)
    assert 0 <= found.major <= 9999
    assert found.text.isprintable()
