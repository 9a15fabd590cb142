"""A small agency, in an Odoo in memory or a real one, and the loop that a run goes through."""

from datetime import UTC, date, datetime

from mappings import Pulled
from sync.odoo.gateway import AdminGateway, Gateway
from sync.odoo.memory import MemoryOdoo
from sync.odoo.memory.records import create
from sync.plan.changes import Plan
from sync.plan.diff import make_plan
from sync.pull import pull
from sync.push import Lease, push
from sync.rules.engine import evaluate

TERMS = {
    "monthly_hours": 40.0,
    "monthly_fee": 5000.0,
    "hourly_rate": 150.0,
    "overage_rate": 175.0,
    "rollover": True,
    "max_rollover": 10.0,
}


class Agency:
    """An administrator's door, the service's door, and what was created."""

    def __init__(self, odoo: MemoryOdoo | None = None) -> None:
        self.odoo = odoo or MemoryOdoo(lambda: datetime(2025, 3, 28, 20, tzinfo=UTC))
        self.admin: AdminGateway = self.odoo.gateway()
        self.service: Gateway = self.odoo.gateway("drawdown")
        self.made: dict[str, int] = {}

    @classmethod
    def behind(cls, admin: AdminGateway, service: Gateway) -> "Agency":
        """An agency on a server that these doors lead to."""
        agency = cls()
        agency.admin, agency.service = admin, service
        return agency

    def make(self, called: str, model: str, /, **values: object) -> int:
        """Create a record and remember what it is called."""
        self.made[called] = self.admin.create(model, [values])[0]
        return self.made[called]

    def client(self, name: str) -> int:
        """A client."""
        return self.make(name, "res.partner", name=name, is_company=True)

    def project(self, name: str, client: int) -> int:
        """A project of a client."""
        return self.make(name, "project.project", name=name, partner_id=client)

    def retainer(
        self, name: str, client: int, *projects: int, start: str = "2025-01-01", **values: object
    ) -> int:
        """A running retainer with the founding terms."""
        engagement = self.engagement(name, client, *projects, start=start, **values)
        self.admin.create(
            "retainer.terms", [{**TERMS, "engagement_id": engagement, "date_start": start}]
        )
        return engagement

    def engagement(
        self, name: str, client: int, *projects: int, start: str = "2025-01-01", **values: object
    ) -> int:
        """A running engagement without terms."""
        return self.make(
            name,
            "retainer.engagement",
            **{
                "name": name,
                "partner_id": client,
                "project_ids": list(projects),
                "date_start": start,
                "state": "running",
                **values,
            },
        )

    def time(self, project: int, day: str, hours: float, **values: object) -> int:
        """A time entry."""
        return self.admin.create(
            "account.analytic.line",
            [
                {
                    "project_id": project,
                    "date": day,
                    "unit_amount": hours,
                    "name": f"work of {day}",
                    **values,
                }
            ],
        )[0]

    def account(self, name: str) -> int:
        """The account called so."""
        return self.admin.search_read("account.account", [("name", "=", name)], [], limit=1)[0][
            "id"
        ]

    def entry(self, day: str, *lines: dict[str, object], post: bool = True) -> int:
        """A journal entry that a person makes; ``account`` of a line is a name."""
        journal = self.admin.search_read("account.journal", [("code", "=", "MISC")], [], limit=1)[
            0
        ]["id"]
        values = [{**line, "account_id": self.account(str(line["account"]))} for line in lines]
        for line in values:
            del line["account"]
        move = self.admin.create(
            "account.move",
            [
                {
                    "move_type": "entry",
                    "journal_id": journal,
                    "date": day,
                    "line_ids": [[0, 0, line] for line in values],
                }
            ],
        )
        if post:
            self.admin.call_on("account.move", move, "action_post")
        return move[0]

    def lines(self, account: str, *extra: object) -> list[dict[str, object]]:
        """The lines on an account that the further terms find."""
        fields = ["move_id", "partner_id", "balance", "amount_residual", "date", "reconciled"]
        domain = [("account_id", "=", self.account(account)), *extra]
        return self.admin.search_read("account.move.line", domain, fields, limit=0)

    def earn(self, before: str) -> None:
        """The accountant recognises the fees of months that begin before a day, whole."""
        lots = self.lines(
            "Unearned revenue",
            ("move_id.retainer_service_start", "<", before),
            ("reconciled", "=", False),
        )
        for lot in lots:
            amount = -lot["amount_residual"]
            partner = {"partner_id": lot["partner_id"]}
            move = self.entry(
                "2025-03-28",
                {"account": "Unearned revenue", "debit": amount, **partner},
                {"account": "Product Sales", "credit": amount, **partner},
            )
            (debit,) = self.lines("Unearned revenue", ("move_id", "=", move))
            self.admin.call_on("account.move.line", [lot["id"], debit["id"]], "reconcile")

    def pull(self, **options: object) -> Pulled:
        """What the service sees."""
        return pull(self.service, 1, today=date(2025, 3, 28), **options)

    def plan(self, as_of: date = date(2025, 3, 28)) -> tuple[Plan, Pulled]:
        """What a run would do."""
        pulled = self.pull()
        return make_plan(pulled.snapshot, evaluate(pulled.snapshot, as_of)), pulled


def founding(agency: Agency | None = None) -> Agency:
    """Acme's retainer with January's and February's time, a rebuild by milestones, extra work."""
    agency = agency or Agency()
    acme = agency.client("Acme Corp")
    care = agency.project("Acme care", acme)
    rebuild = agency.project("Website rebuild", acme)
    extra = agency.project("Acme extra", acme)
    service = agency.make("service", "product.product", name="Service")
    order = agency.make("PO-77", "retainer.client.po", name="PO-77", partner_id=acme)
    common = {"client_po_id": order, "product_id": service}
    agency.retainer("Acme retainer", acme, care, **common)
    agency.engagement("Acme rebuild", acme, rebuild, kind="project", **common)
    agency.engagement("Acme extra work", acme, extra, kind="out_of_scope", **common)
    agency.time(care, "2025-01-15", 28.0)
    agency.time(care, "2025-02-12", 50.0)
    agency.made["over"] = agency.time(care, "2025-02-26", 6.0)
    agency.make(
        "milestone 2",
        "project.milestone",
        name="design system sign-off",
        project_id=rebuild,
        retainer_engagement_id=agency.made["Acme rebuild"],
        retainer_amount=20000.0,
        retainer_number=2,
        is_reached=True,
    )
    # Odoo puts today's date beside a sign-off; the account manager corrects it.
    agency.admin.write(
        "project.milestone", [agency.made["milestone 2"]], {"reached_date": "2025-03-18"}
    )
    pages = agency.make(
        "landing pages",
        "retainer.change.order",
        name="Two landing pages",
        engagement_id=agency.made["Acme extra work"],
        requester="Dana Cole",
        approval_state="approved",
        approval_reference="e-mail of 10 March",
        approved_on="2025-03-10",
        hourly_rate=160.0,
    )
    task = agency.make(
        "pages task",
        "project.task",
        name="Pages",
        project_id=extra,
        retainer_change_order_id=pages,
    )
    agency.made["pages time"] = agency.time(extra, "2025-03-12", 14.0, task_id=task)
    return agency


def at_work() -> Agency:
    """The same agency before any run, with a record of almost every kind that a pull reads."""
    agency = founding()
    acme, extra = agency.made["Acme Corp"], agency.made["Acme extra"]
    agency.make(
        "third piece",
        "retainer.change.order",
        name="A third piece",
        engagement_id=agency.made["Acme extra work"],
        hourly_rate=160.0,
    )
    task = agency.make(
        "third task",
        "project.task",
        name="Third",
        project_id=extra,
        retainer_change_order_id=agency.made["third piece"],
    )
    agency.time(extra, "2025-03-20", 3.0, task_id=task)
    agency.make(
        "block",
        "retainer.hour.block",
        engagement_id=agency.made["Acme retainer"],
        date="2025-03-05",
        hours=10.0,
        price=1500.0,
    )
    order = agency.make("quote", "sale.order", partner_id=acme)
    agency.admin.write(
        "retainer.engagement", [agency.made["Acme rebuild"]], {"sale_order_id": order}
    )
    sold = agency.make("sold", "sale.order.line", order_id=order, name="Phase 1", price_unit=9000.0)
    agency.make("rest", "sale.order.line", order_id=order, name="The rest", price_unit=51000.0)
    agency.make(
        "milestone 3",
        "project.milestone",
        name="launch",
        project_id=agency.made["Website rebuild"],
        retainer_engagement_id=agency.made["Acme rebuild"],
        sale_line_id=sold,
        deadline="2025-05-31",
    )
    agency.admin.write(
        "retainer.engagement",
        [agency.made["Acme rebuild"]],
        {"recharge_purchases": True, "recharge_markup": 10.0},
    )
    (euro,) = agency.admin.search_read("res.currency", [("name", "=", "EUR")], [], limit=1)
    agency.make("euro", "res.currency.rate", currency_id=euro["id"], name="2025-03-01", rate=0.925)
    printer = agency.make("Druckerei", "res.partner", name="Druckerei")
    bought = agency.make(
        "P1",
        "purchase.order",
        partner_id=printer,
        project_id=agency.made["Website rebuild"],
        currency_id=euro["id"],
        state="purchase",
        date_order="2025-03-10 09:00:00",
        date_approve="2025-03-11 09:00:00",
    )
    agency.make(
        "flyers",
        "purchase.order.line",
        order_id=bought,
        name="Flyers",
        product_qty=4.0,
        qty_received=3.0,
        price_unit=92.5,
    )
    agency.make("billing", "res.partner", name="Accounts", parent_id=acme, type="invoice")
    job = agency.make("senior", "hr.job", name="Senior consultant")
    agency.make("Ann", "hr.employee", name="Ann", job_id=job)
    (terms,) = agency.admin.search_read("retainer.terms", [], [], limit=1)
    agency.make("senior rate", "retainer.role.rate", terms_id=terms["id"], job_id=job, factor=1.5)
    agency.make(
        "Easter Monday",
        "resource.calendar.leaves",
        name="Easter Monday",
        date_from="2025-04-20 22:00:00",
        date_to="2025-04-21 21:59:59",
    )
    return agency


def in_full_swing() -> Agency:
    """That agency after a run, with a record of every kind that a pull reads."""
    agency = at_work()
    extra = agency.made["Acme extra"]
    plan, pulled = agency.plan()
    report = push(agency.service, plan, pulled, lease=Lease(owner="test"))
    assert report.ok, report
    agency.earn("2025-03-01")
    agency.admin.write("purchase.order.line", [agency.made["flyers"]], {"qty_received": 4.0})
    with agency.odoo.tables.transaction():
        grave = {
            "key": "1/1/fee/2024-12/0",
            "kind": "account.move",
            "move_type": "out_invoice",
            "currency_id": pulled.snapshot.company.currency.id,
            "retainer_amount_written": 5000.0,
        }
        create(agency.odoo.tables, "retainer.tombstone", grave)
    agency.time(agency.made["Acme care"], "2025-03-21", 5.0, employee_id=agency.made["Ann"])
    task = agency.make(
        "later task",
        "project.task",
        name="Later",
        project_id=extra,
        retainer_change_order_id=agency.made["landing pages"],
    )
    agency.time(extra, "2025-03-26", 2.0, task_id=task)
    return agency
