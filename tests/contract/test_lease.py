"""Who may come in, and that one run at a time holds a company."""

import re
import time
from typing import Any

import pytest
from contract_world import Door, World

from sync.odoo.errors import Forbidden, Rejected

RUN = "retainer.sync.run"


def test_hello(door: Door) -> None:
    """Contract, versions, who asks, which companies."""
    hello = door.service.call("retainer.gateway", "hello", repeatable=True)
    assert hello["contract"] == 1
    assert hello["server_version"] == "19.0"
    assert re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", hello["addon_version"])
    assert hello["user"] == "drawdown"
    assert hello["companies"] == [{"id": 1, "name": "My Company"}]


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("hello", {}),
        ("preflight", {"company_id": 1}),
        ("hidden", {"company_id": 1}),
        ("begin_run", {"company_id": 1, "as_of": "2025-04-01", "owner": "x", "lease_seconds": 9}),
        ("renew_lease", {"run_id": 1, "token": "x", "lease_seconds": 9}),
        ("finish_run", {"run_id": 1, "token": "x", "state": "done"}),
        ("record_run", {"company_id": 1, "as_of": "2025-04-01", "owner": "x"}),
        ("apply", {"company_id": 1, "run_id": 1, "token": "x", "documents": []}),
        ("lookup", {"company_id": 1, "keys": ["x"]}),
    ],
)
def test_only_the_service_group(door: Door, method: str, arguments: dict[str, Any]) -> None:
    """Not even the administrator."""
    with pytest.raises(Forbidden):
        door.admin.call("retainer.gateway", method, repeatable=False, **arguments)


def test_only_own_companies(door: Door, world: World) -> None:
    """A company that the service user has no access to is refused, there or not."""
    other = door.new("res.company", name=f"Other {world.number}")
    for company in (other, 999_999):
        with pytest.raises(Forbidden):
            world.gateway("lookup", company_id=company, keys=["x"])


def test_nothing_is_hidden_from_the_service(world: World) -> None:
    """With its group, and no rule of somebody's own, it sees all that a run must know."""
    assert world.gateway("hidden", company_id=world.company) == []


def test_preflight_finds_the_settings(door: Door, world: World) -> None:
    """Findings have a code, a record, and a remedy where something is wrong."""
    findings = {row["code"]: row for row in world.gateway("preflight", company_id=world.company)}
    for code in ("unearned_account", "advance_account", "breakage_account", "entry_journal"):
        assert set(findings[code]) == {"code", "ok", "record", "message", "remedy"}
        assert findings[code]["ok"] is True
        assert findings[code]["remedy"] == ""
    door.admin.write("account.account", [world.unearned], {"reconcile": False})
    try:
        findings = {
            row["code"]: row for row in world.gateway("preflight", company_id=world.company)
        }
    finally:
        door.admin.write("account.account", [world.unearned], {"reconcile": True})
    wrong = findings["unearned_account"]
    assert wrong["ok"] is False
    assert wrong["record"] == f"account.account,{world.unearned}"
    assert wrong["remedy"]


def test_one_run_at_a_time(world: World) -> None:
    """The second is told who has it until when."""
    run = world.begin(owner="first")
    assert set(run) == {"run_id", "token"}
    held = dict(world.run)
    answer = world.begin(owner="second")
    assert answer["held_by"] == "first"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", answer["until"])
    world.run = held
    assert world.finish() is True
    assert "run_id" in world.begin(owner="second")
    assert world.finish() is True


def test_finished_run_is_on_record(door: Door, world: World) -> None:
    """With checksum, counters and log."""
    world.begin(owner="bookkeeper")
    counters = {"created": 3, "unchanged": 2, "conflict": 1, "rejected": 0, "issues": 4}
    world.finish("failed", checksum="c0ffee", counters=counters, log="because")
    row = door.one(
        RUN,
        [("id", "=", world.run["run_id"])],
        *("state", "owner", "as_of", "checksum", "counters", "log", "created_count"),
        *("issue_count", "finished_at"),
    )
    assert row.pop("finished_at")
    del row["id"]
    assert row == {
        "state": "failed",
        "owner": "bookkeeper",
        "as_of": "2025-04-01",
        "checksum": "c0ffee",
        "counters": counters,
        "log": "because",
        "created_count": 3,
        "issue_count": 4,
    }


def test_record_run(door: Door, world: World) -> None:
    """A run that found nothing to do needs no lease."""
    world.begin()
    record = world.gateway(
        "record_run",
        company_id=world.company,
        as_of="2025-04-02",
        owner="quiet night",
        checksum="00",
        counters={"unchanged": 7},
        log="",
    )
    world.finish()
    row = door.one(RUN, [("id", "=", record)], "state", "owner", "unchanged_count")
    assert (row["state"], row["owner"], row["unchanged_count"]) == ("done", "quiet night", 7)


def test_renewal(world: World) -> None:
    """True while it is held; False for a wrong token or a finished run."""
    world.begin()
    assert world.gateway("renew_lease", **world.run, lease_seconds=60) is True
    wrong = {**world.run, "token": "f" * 32}
    assert world.gateway("renew_lease", **wrong, lease_seconds=60) is False
    world.finish()
    assert world.gateway("renew_lease", **world.run, lease_seconds=60) is False


def test_the_lease_is_held_whatever_odoo_forgot(door: Door, world: World) -> None:
    """A new product clears what Odoo keeps in memory, so that the next call asks for it anew."""
    world.begin()
    for call in ("renew_lease", "finish_run"):
        door.new("product.product", name="Other work", type="service")
        more = {"lease_seconds": 60} if call == "renew_lease" else {"state": "done"}
        assert world.gateway(call, **world.run, **more) is True


def test_renewal_of_one_that_ran_out(door: Door, world: World) -> None:
    """True as long as nobody took it over: the run goes on, and Odoo knows that it is held."""
    world.begin(seconds=1, owner="slow")
    slow = dict(world.run)
    time.sleep(2.1)
    assert world.gateway("renew_lease", **slow, lease_seconds=60) is True
    assert world.begin(owner="heir")["held_by"] == "slow"
    world.run = slow
    assert [each["status"] for each in world.apply(world.invoice())] == ["created"]
    world.finish()


def test_renewal_of_one_that_was_taken_over(world: World) -> None:
    world.begin(seconds=1, owner="dead")
    dead = dict(world.run)
    time.sleep(2.1)
    assert "run_id" in world.begin(owner="heir")
    assert world.gateway("renew_lease", **dead, lease_seconds=60) is False
    world.finish()


def test_wrong_token_writes_nothing(door: Door, world: World) -> None:
    """Apply is refused before it writes anything."""
    world.begin()
    held, world.run = world.run, {**world.run, "token": "f" * 32}
    with pytest.raises(Rejected, match="lease_lost"):
        world.apply(world.invoice())
    with pytest.raises(Rejected, match="lease_lost"):
        world.finish()
    world.run = held
    assert world.lookup(world.key()) == []
    world.finish()
    with pytest.raises(Rejected, match="lease_lost"):
        world.apply(world.invoice())


def test_expired_lease_is_taken_over(door: Door, world: World) -> None:
    """The old run failed, and its token is worth nothing any more."""
    world.begin(seconds=1, owner="dead")
    dead = dict(world.run)
    time.sleep(2.1)
    with pytest.raises(Rejected, match="lease_lost"):
        world.apply(world.invoice())
    assert "run_id" in world.begin(owner="heir")
    row = door.one(RUN, [("id", "=", dead["run_id"])], "state", "log")
    assert row["state"] == "failed"
    assert row["log"] == "lease expired, taken over by heir"
    heir, world.run = world.run, dead
    with pytest.raises(Rejected, match="lease_lost"):
        world.finish()
    world.run = heir
    world.finish()


def test_a_batch_keeps_the_lease(door: Door, world: World) -> None:
    """However long it took: the lease holds on from its end."""
    world.begin(seconds=4, owner="busy")
    for number in range(3):
        time.sleep(2.2)
        assert world.apply_one(world.invoice(world.key(f"fee/{number}")))["status"] == "created"
    held = dict(world.run)
    assert world.begin(owner="second")["held_by"] == "busy"
    world.run = held
    world.finish()


def test_a_run_with_nothing_to_do_ends_one_that_died(door: Door, world: World) -> None:
    """Nobody else would: it asks for no lease. One whose lease still holds is left alone."""

    def state(run: dict[str, Any]) -> tuple[str, str]:
        row = door.one(RUN, [("id", "=", run["run_id"])], "state", "log")
        return row["state"], row["log"] or ""

    def record() -> None:
        quiet = {"company_id": world.company, "as_of": "2025-04-02", "owner": "quiet night"}
        world.gateway("record_run", **quiet)

    world.begin(seconds=1, owner="dead")
    dead = dict(world.run)
    record()
    assert state(dead)[0] == "running"
    time.sleep(2.1)
    record()
    assert state(dead) == ("failed", "lease expired, quiet night found nothing left to do")
    assert "run_id" in world.begin(owner="heir")
    world.finish()


@pytest.mark.parametrize(
    "wrong",
    [
        {"as_of": "yesterday"},
        {"owner": ""},
        {"lease_seconds": 0},
        {"lease_seconds": 100_000},
        {"lease_seconds": "60"},
    ],
)
def test_wrong_arguments(world: World, wrong: dict[str, Any]) -> None:
    """Odoo says which one."""
    right = {
        "company_id": world.company,
        "as_of": "2025-04-01",
        "owner": "x",
        "lease_seconds": 60,
    }
    with pytest.raises(Rejected, match=next(iter(wrong))):
        world.gateway("begin_run", **(right | wrong))
    world.run = {}
    assert "run_id" in world.begin()
    world.finish()


def test_apply_wants_a_list(leased: World) -> None:
    """Nothing else, and not too many."""
    for documents in ({}, "x", [{}] * 2001):
        with pytest.raises(Rejected):
            leased.gateway("apply", company_id=leased.company, **leased.run, documents=documents)
    assert leased.apply() == []
