"""Fills an empty database with an agency of any size, in batches and, for time entries, in SQL."""

from __future__ import annotations

from typing import Any

FEE, HOURS = 5000.0, 40.0
OVER, UNDER = 46.0, 38.0
"""Hours worked a month, of those who exceed the allowance and of the others."""
PEOPLE = 10


def build(
    env: Any,
    *,
    retainers: int,
    over: int,
    funded: int,
    entries: int,
    start: str,
    months: int = 1,
    billing: str = "in_arrears",
    company: str = "",
) -> dict[str, Any]:
    """Make the agency and say which records it has.

    ``retainers`` with a fee for 40 hours, of which ``over`` exceed them, each with ``entries`` time
    entries in each of the ``months`` from ``start`` on; and ``funded`` projects, each with an open
    invoice and an advance that was paid and can cover it. ``company``: a new one of that name, for
    which the service may work as well; empty = the one there is.
    """
    owner = _company(env, company) if company else env.ref("base.main_company")
    env = env(
        context=dict(
            env.context,
            tracking_disable=True,
            mail_create_nosubscribe=True,
            allowed_company_ids=owner.ids,
        )
    )
    product = env["product.product"].create(
        {"name": "Retainer", "type": "service", "taxes_id": [(6, 0, [])]}
    )
    made = _retainers(env, product, retainers, start, billing)
    _time(env, made["projects"], over, entries, start, months)
    advances = _funded(env, owner, product, funded, start) if funded else []
    return {**made, "advances": advances}


def _company(env: Any, name: str) -> Any:
    """A company with a chart of accounts and the accounts of retainer billing."""
    company = env["res.company"].create({"name": name})
    env["account.chart.template"].try_loading("generic_coa", company)
    company.retainer_create_default_accounts()
    env["res.users"].search([("login", "=", "drawdown")]).company_ids |= company
    env.user.company_ids |= company
    return company


def _clients(env: Any, count: int, name: str) -> Any:
    return env["res.partner"].create(
        [{"name": f"{name} {at}", "is_company": True} for at in range(count)]
    )


def _engagements(env: Any, clients: Any, projects: Any, product: Any, **values: Any) -> Any:
    return env["retainer.engagement"].create(
        [
            {
                "name": f"Engagement of {client.name}",
                "partner_id": client.id,
                "project_ids": [(6, 0, project.ids)],
                "product_id": product.id,
                "state": "running",
                **values,
            }
            for client, project in zip(clients, projects, strict=True)
        ]
    )


def _projects(env: Any, clients: Any) -> Any:
    return env["project.project"].create(
        [
            {
                "name": f"Work for {client.name}",
                "partner_id": client.id,
                "allow_timesheets": True,
                "company_id": env.company.id,
            }
            for client in clients
        ]
    )


def _retainers(env: Any, product: Any, count: int, start: str, billing: str) -> dict[str, Any]:
    clients = _clients(env, count, "Client")
    projects = _projects(env, clients)
    orders = env["retainer.client.po"].create(
        [{"name": f"PO-{client.id}", "partner_id": client.id} for client in clients]
    )
    engagements = _engagements(env, clients, projects, product, date_start=start)
    for engagement, order in zip(engagements, orders, strict=True):
        engagement.client_po_id = order
    env["retainer.terms"].create(
        [
            {
                "engagement_id": engagement.id,
                "date_start": start,
                "monthly_hours": HOURS,
                "monthly_fee": FEE,
                "hourly_rate": 150.0,
                "overage_rate": 175.0,
                "billing": billing,
                "rollover": True,
                "max_rollover": 10.0,
                "recognition": "as_consumed",
            }
            for engagement in engagements
        ]
    )
    return {"projects": projects.ids, "engagements": engagements.ids}


def _time(env: Any, projects: list[int], over: int, entries: int, start: str, months: int) -> None:
    """The first entry of each project through the ORM, copies of it in SQL."""
    people = env["hr.employee"].create([{"name": f"Consultant {at}"} for at in range(PEOPLE)])
    first = env["account.analytic.line"].create(
        [
            {
                "name": "Work",
                "project_id": project,
                "employee_id": people[0].id,
                "date": start,
                "unit_amount": (OVER if at < over else UNDER) / entries,
            }
            for at, project in enumerate(projects)
        ]
    )
    env.flush_all()
    copy_entries(env, first.ids, people.ids, months, entries)


def copy_entries(
    env: Any, first: list[int], people: list[int], months: int, each_month: int
) -> None:
    """Give every first entry of a month its fellows, spread over the days of the month."""
    env.cr.execute(
        """
        SELECT column_name FROM information_schema.columns
         WHERE table_name = 'account_analytic_line'
           AND column_name NOT IN ('id', 'date', 'employee_id')
        """
    )
    columns = ", ".join(f'"{name}"' for (name,) in env.cr.fetchall())
    env.cr.execute(
        f"""
        INSERT INTO account_analytic_line ({columns}, date, employee_id)
        SELECT {columns.replace('"', 'line."', 1).replace(', "', ', line."')},
               (line.date + make_interval(months => month))::date + number %% 28,
               (%(people)s::int[])[1 + number %% %(count)s]
          FROM account_analytic_line line,
               generate_series(0, %(months)s - 1) month,
               generate_series(0, %(each)s - 1) number
         WHERE line.id = ANY(%(first)s) AND (month, number) <> (0, 0)
        """,
        {
            "people": people,
            "count": len(people),
            "months": months,
            "each": each_month,
            "first": first,
        },
    )
    env.invalidate_all()


def _funded(env: Any, company: Any, product: Any, count: int, start: str) -> list[int]:
    """Projects that use advances: each has one, paid, and an open invoice that it can cover."""
    clients = _clients(env, count, "Funded client")
    projects = _projects(env, clients)
    engagements = _engagements(
        env, clients, projects, product, date_start=start, kind="project", use_advances=True
    )
    advances = env["retainer.advance"].create(
        [
            {
                "partner_id": engagement.partner_id.id,
                "engagement_ids": [(6, 0, engagement.ids)],
                "amount": 10_000.0,
                "date_request": False,
            }
            for engagement in engagements
        ]
    )
    journals = env["account.journal"]
    bank = journals.search([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1)
    general = journals.search([("code", "=", "MISC"), ("company_id", "=", company.id)], limit=1)
    paid = env["account.move"].create(
        [
            {
                "move_type": "entry",
                "journal_id": general.id,
                "date": start,
                "line_ids": [
                    (0, 0, {"account_id": bank.default_account_id.id, "debit": advance.amount}),
                    (
                        0,
                        0,
                        {
                            "account_id": company.retainer_advance_account_id.id,
                            "credit": advance.amount,
                            "partner_id": advance.partner_id.id,
                            "retainer_advance_id": advance.id,
                        },
                    ),
                ],
            }
            for advance in advances
        ]
    )
    billed = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": engagement.partner_id.id,
                "invoice_date": start,
                "retainer_engagement_id": engagement.id,
                "invoice_line_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Concept",
                            "product_id": product.id,
                            "quantity": 1,
                            "price_unit": 2000.0 + at,
                            "tax_ids": [(6, 0, [])],
                        },
                    )
                ],
            }
            for at, engagement in enumerate(engagements)
        ]
    )
    (paid | billed)._post(soft=False)
    made: list[int] = advances.ids
    return made
