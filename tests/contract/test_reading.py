"""Reading: the same question gets the same answer through every door."""

import importlib
import pkgutil
import re
from typing import Any

import pytest
from contract_world import Door, World

import mappings
from sync.odoo.paging import read_all

PARTNER_FIELDS = ("name", "ref", "parent_id", "child_ids", "is_company", "active")


@pytest.fixture(scope="module")
def family(door: Door) -> dict[str, int]:
    """A company with two contacts, a company without, and an archived one; by reference."""
    anna = door.new("res.partner", name="Anna Works", ref="T-A", is_company=True)
    bert = door.new("res.partner", name="Bert_Co 100%", ref="T-B", is_company=True, city="Bern")
    contacts = [
        {"name": "Carla", "ref": "T-C", "parent_id": anna, "email": "Carla@Example.com"},
        {"name": "Dora", "ref": "T-D", "parent_id": anna},
        {"name": "Emil", "ref": "T-E", "active": False},
    ]
    carla, dora, emil = door.admin.create("res.partner", contacts)
    return {"A": anna, "B": bert, "C": carla, "D": dora, "E": emil}


@pytest.fixture(scope="module")
def time(door: Door) -> World:
    """Five entries on the project of a world, of different days and hours."""
    world = World(door)
    for day, hours in (
        ("2025-01-31", 1.0),
        ("2025-02-01", 2.0),
        ("2025-02-28", 0.25),
        ("2025-03-01", 8.0),
        ("2025-03-15", -0.5),
    ):
        world.entries(hours, day=day)
    return world


def test_version(door: Door) -> None:
    """The version is asked without a key and understood."""
    version = door.service.version()
    assert version.major == 19
    assert re.fullmatch(r"19\.\d+.*", version.text)


def test_calls_are_counted(door: Door) -> None:
    """One request, one more call."""
    before = door.service.calls
    door.service.search_count("res.partner", [])
    assert door.service.calls == before + 1


def test_shape_of_a_row(door: Door, family: dict[str, int]) -> None:
    """Many2one as id or False, x2many as ids, empty as False, nothing but what was asked."""
    rows = door.service.search_read(
        "res.partner", [("ref", "in", ["T-A", "T-C"])], PARTNER_FIELDS, limit=10
    )
    assert rows == [
        {
            "id": family["A"],
            "name": "Anna Works",
            "ref": "T-A",
            "parent_id": False,
            "child_ids": [family["C"], family["D"]],
            "is_company": True,
            "active": True,
        },
        {
            "id": family["C"],
            "name": "Carla",
            "ref": "T-C",
            "parent_id": family["A"],
            "child_ids": [],
            "is_company": False,
            "active": True,
        },
    ]


def test_no_fields_means_ids(door: Door, family: dict[str, int]) -> None:
    """Asking for nothing gives the ids alone."""
    rows = door.service.search_read("res.partner", [("ref", "=", "T-B")], [], limit=10)
    assert rows == [{"id": family["B"]}]


def test_dates_numbers_and_moments(door: Door, time: World) -> None:
    """Dates and moments as text without zone, hours as float."""
    (row,) = door.service.search_read(
        "account.analytic.line",
        [("project_id", "=", time.project), ("unit_amount", "=", 0.25)],
        ("date", "unit_amount", "project_id", "create_date", "retainer_move_id", "name"),
        limit=10,
    )
    assert row["date"] == "2025-02-28"
    assert row["unit_amount"] == 0.25
    assert row["project_id"] == time.project
    assert row["retainer_move_id"] is False
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", row["create_date"])


def test_numbers_that_were_never_set(door: Door, world: World) -> None:
    """They are zero, not False."""
    (row,) = door.service.search_read(
        "retainer.engagement",
        [("id", "=", world.engagement)],
        ("recharge_markup", "date_end", "closed_until", "client_po_id", "use_advances"),
        limit=1,
    )
    del row["id"]
    assert row == {
        "recharge_markup": 0.0,
        "date_end": False,
        "closed_until": False,
        "client_po_id": False,
        "use_advances": False,
    }
    assert isinstance(row["recharge_markup"], float)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("id asc", "ABCD"),
        ("id desc", "DCBA"),
        ("name desc", "DCBA"),
        ("is_company, name desc", "DCBA"),
        ("city, id desc", "BDCA"),
        ("city desc, id", "ACDB"),
    ],
)
def test_order(door: Door, family: dict[str, int], order: str, expected: str) -> None:
    """Several keys, both directions, empty values last when ascending."""
    rows = door.service.search_read(
        "res.partner", [("ref", "like", "T-")], ["ref"], limit=10, order=order
    )
    assert "".join(row["ref"][-1] for row in rows) == expected


def test_limit(door: Door, family: dict[str, int]) -> None:
    """At most as many as asked for."""
    rows = door.service.search_read("res.partner", [("ref", "like", "T-")], ["ref"], limit=2)
    assert [row["ref"] for row in rows] == ["T-A", "T-B"]


DOMAINS: list[tuple[list[Any], str]] = [
    ([("ref", "=", "T-A")], "A"),
    ([("ref", "!=", "T-A"), ("ref", "like", "T-")], "BCD"),
    ([("ref", "in", ["T-A", "T-D"])], "AD"),
    ([("ref", "not in", ["T-A", "T-D"]), ("ref", "=like", "T-_")], "BC"),
    ([("ref", "in", [])], ""),
    ([("ref", "not in", []), ("ref", "like", "T-")], "ABCD"),
    ([("ref", "like", "T-"), ("city", "=", False)], "ACD"),
    ([("ref", "like", "T-"), ("city", "!=", False)], "B"),
    ([("ref", "like", "T-"), ("city", "!=", "Bern")], "ACD"),
    ([("ref", "like", "T-"), ("city", "not in", ["Bern"])], "ACD"),
    ([("ref", "like", "T-"), ("city", "in", [False, "Bern"])], "ABCD"),
    ([("ref", "like", "T-"), ("city", "not in", [False])], "B"),
    ([("ref", "like", "t-")], ""),
    ([("ref", "ilike", "t-")], "ABCD"),
    ([("ref", "like", "T-"), ("email", "ilike", "carla@example")], "C"),
    ([("ref", "like", "T-"), ("name", "=ilike", "anna%")], "A"),
    ([("ref", "like", "T-"), ("name", "not ilike", "a")], "B"),
    ([("ref", "like", "T-"), ("name", "not like", "Anna")], "BCD"),
    ([("ref", "like", "T-"), ("email", "not ilike", "carla")], "ABD"),
    ([("ref", "like", "T-"), ("name", "ilike", "t_c")], "B"),
    ([("ref", "like", "T-"), ("parent_id", "=", False)], "AB"),
    ([("ref", "like", "T-"), ("parent_id", "!=", False)], "CD"),
    ([("ref", "like", "T-"), ("parent_id.name", "=", "Anna Works")], "CD"),
    ([("ref", "like", "T-"), ("parent_id.ref", "!=", "T-A")], ""),
    ([("ref", "like", "T-"), ("parent_id", "ilike", "anna")], "CD"),
    ([("ref", "like", "T-"), ("child_ids", "!=", False)], "A"),
    ([("ref", "like", "T-"), ("child_ids", "=", False)], "BCD"),
    ([("ref", "like", "T-"), ("child_ids.name", "=", "Dora")], "A"),
    ([("ref", "like", "T-"), ("is_company", "=", True)], "AB"),
    ([("ref", "like", "T-"), ("is_company", "=", False)], "CD"),
    (["|", ("ref", "=", "T-A"), ("ref", "=", "T-B")], "AB"),
    (["&", ("ref", "like", "T-"), "|", ("name", "=", "Dora"), ("city", "=", "Bern")], "BD"),
    (["!", ("ref", "=", "T-A"), ("ref", "like", "T-")], "BCD"),
    (["!", "|", ("ref", "=", "T-A"), ("ref", "=", "T-B"), ("ref", "like", "T-")], "CD"),
    ([("ref", "like", "T-"), ("active", "=", False)], "E"),
    ([("ref", "like", "T-"), ("active", "in", [True, False])], "ABCDE"),
]


@pytest.mark.parametrize(("domain", "expected"), DOMAINS, ids=[str(d) for d, _ in DOMAINS])
def test_domains(door: Door, family: dict[str, int], domain: list[Any], expected: str) -> None:
    """Every operator that the service uses, and the corners where the empty value matters."""
    rows = door.service.search_read("res.partner", domain, ["ref"], limit=50)
    assert "".join(row["ref"][-1] for row in rows) == expected
    assert door.service.search_count("res.partner", domain) == len(expected)


def test_domains_by_id(door: Door, family: dict[str, int]) -> None:
    """Ids compare as numbers."""
    domain = [("ref", "like", "T-"), ("id", ">", family["B"]), ("id", "<=", family["C"])]
    rows = door.service.search_read("res.partner", domain, [], limit=10)
    assert rows == [{"id": family["C"]}]


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ([("date", ">=", "2025-02-01"), ("date", "<=", "2025-02-28")], [2.0, 0.25]),
        ([("date", "<", "2025-02-01")], [1.0]),
        ([("date", ">", "2025-03-01")], [-0.5]),
        ([("unit_amount", "<", 1)], [0.25, -0.5]),
        ([("unit_amount", ">=", 1.0), ("unit_amount", "!=", 8.0)], [1.0, 2.0]),
        ([("unit_amount", "in", [8.0, 2])], [2.0, 8.0]),
        ([("create_date", ">", "2100-01-01")], []),
        ([("create_date", ">=", "2020-01-01 00:00:00"), ("unit_amount", ">", 5)], [8.0]),
        ([("project_id.partner_id.name", "=", "nobody")], []),
        ([("retainer_period_id", "=", False), ("retainer_move_id", "=", False),
          ("unit_amount", "=", 8)], [8.0]),
    ],
)  # fmt: skip
def test_comparisons(door: Door, time: World, domain: list[Any], expected: list[float]) -> None:
    """Dates, moments and amounts compare as such."""
    rows = door.service.search_read(
        "account.analytic.line",
        [("project_id", "=", time.project), *domain],
        ["unit_amount"],
        limit=50,
    )
    assert [row["unit_amount"] for row in rows] == expected


def test_many2many(door: Door, time: World) -> None:
    """Of an engagement's projects."""
    for domain in (
        [("project_ids", "in", [time.project])],
        [("project_ids", "=", time.project)],
        [("project_ids.partner_id", "=", time.client)],
    ):
        rows = door.service.search_read("retainer.engagement", domain, ["project_ids"], limit=5)
        assert rows == [{"id": time.engagement, "project_ids": [time.project]}]
    assert door.service.search_count("retainer.engagement", [("project_ids", "=", False)]) == 0


@pytest.mark.parametrize("page_size", [1, 2, 5, 100])
def test_paging(door: Door, time: World, page_size: int) -> None:
    """Every record once, in order, whatever the size of the page."""
    domain = [("project_id", "=", time.project)]
    rows = list(read_all(door.service, "account.analytic.line", domain, ["date"], page_size))
    assert [row["date"] for row in rows] == [
        "2025-01-31",
        "2025-02-01",
        "2025-02-28",
        "2025-03-01",
        "2025-03-15",
    ]


def _sorted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=str)


def test_groups_by_month(door: Door, time: World) -> None:
    """A month is its first day; sums and counts as asked, and nothing else."""
    groups = door.service.read_group(
        "account.analytic.line",
        [("project_id", "=", time.project)],
        ["date:month"],
        ["unit_amount:sum", "__count"],
    )
    assert _sorted(groups) == [
        {"date:month": "2025-01-01", "unit_amount:sum": 1.0, "__count": 1},
        {"date:month": "2025-02-01", "unit_amount:sum": 2.25, "__count": 2},
        {"date:month": "2025-03-01", "unit_amount:sum": 7.5, "__count": 2},
    ]


def test_groups_by_many2one(door: Door, time: World) -> None:
    """A many2one is its id, or False; several keys; maxima and counts."""
    groups = door.service.read_group(
        "account.analytic.line",
        [("project_id", "=", time.project)],
        ["project_id", "retainer_move_id"],
        ["date:max", "id:count", "unit_amount:min"],
    )
    assert groups == [
        {
            "project_id": time.project,
            "retainer_move_id": False,
            "date:max": "2025-03-15",
            "id:count": 5,
            "unit_amount:min": -0.5,
        }
    ]


def test_groups_of_nothing(door: Door, time: World) -> None:
    """Without keys there is always one row; with keys there is none."""
    nothing = [("project_id", "=", time.project), ("date", ">", "2090-01-01")]
    model, sums = "account.analytic.line", ["unit_amount:sum", "__count", "date:max"]
    (row,) = door.service.read_group(model, nothing, [], sums)
    assert row == {"unit_amount:sum": False, "__count": 0, "date:max": False}
    assert door.service.read_group(model, nothing, ["project_id"], sums) == []


def test_who_worked_and_as_what(door: Door, time: World) -> None:
    """Name and job of employees: all that the service may know of people."""
    job = door.new("hr.job", name=f"Director {time.number}")
    employee = door.new("hr.employee", name=f"Dora {time.number}", job_id=job)
    (row,) = door.service.search_read(
        "hr.employee", [("id", "=", employee)], ("name", "job_id", "company_id"), limit=5
    )
    assert row == {
        "id": employee,
        "name": f"Dora {time.number}",
        "job_id": job,
        "company_id": time.company,
    }


def test_every_field_of_the_mappings(door: Door) -> None:
    """What the service asks for can be read with its rights."""
    asked = 0
    for found in pkgutil.iter_modules(mappings.__path__):
        module = importlib.import_module(f"mappings.{found.name}")
        fields = getattr(module, "FIELDS", None)
        if fields and hasattr(module, "MODEL"):
            door.service.search_read(module.MODEL, [], fields, limit=3)
            asked += 1
    assert asked > 15
