"""The company: policies, currencies and their rates, taxes, holidays, lock dates."""

from collections.abc import Iterable, Mapping

from sync.domain.calendar import ONE_DAY
from sync.odoo.errors import NotFound
from sync.scenario.load.columns import COMPANY, LOCK_DATES, Values, row
from sync.scenario.load.world import World
from sync.scenario.model import Company


def find_company(world: World) -> None:
    """Learn the company's name and currency."""
    found = world.rows("res.company", [("id", "=", world.company_id)], ["name", "currency_id"])
    assert found, f"there is no company {world.company_id}"
    world.company_name = str(found[0]["name"])
    code = world.rows("res.currency", [("id", "=", found[0]["currency_id"])], ["name"])
    world.currency = str(code[0]["name"])
    world.remember("currency", [world.currency], [found[0]["currency_id"]])


def settle(world: World, company: Company) -> None:
    """Set what the story says of the company; lock dates come last, see ``lock``."""
    use_currencies(world, {company.currency, *company.rates})
    values = row(world, COMPANY, company)
    if company.written("currency") and company.currency != world.currency:
        values["currency_id"] = world.id("currency", company.currency)
        world.currency = company.currency
    if company.fiscal_year_end is not None:
        month, day = company.fiscal_year_end.split("-")
        values |= {"fiscalyear_last_month": str(int(month)), "fiscalyear_last_day": int(day)}
    if values:
        world.gateway.write("res.company", [world.company_id], values)
    _rates(world, company)
    _taxes(world, company)
    _holidays(world, company)


def lock(world: World, company: Company) -> None:
    """Lock the books. After everything else: what is locked cannot be loaded any more."""
    if company.lock_dates is not None:
        values: Values = row(world, LOCK_DATES, company.lock_dates)
        world.gateway.write("res.company", [world.company_id], values)
    if company.lock_exceptions is not None:
        world.gateway.create(
            "account.lock_exception",
            [
                {
                    "company_id": world.company_id,
                    "user_id": False,
                    "lock_date_field": field,
                    "lock_date": day,
                    "reason": "Audit",
                }
                for field, day in row(world, LOCK_DATES, company.lock_exceptions).items()
            ],
        )


def use_currencies(world: World, codes: Iterable[str]) -> None:
    """Find currencies by their codes and take those into use that are not yet."""
    wanted = sorted({code for code in codes if not world.known("currency", code)})
    if not wanted:
        return
    found = world.rows(
        "res.currency",
        [("name", "in", wanted), ("active", "in", [True, False])],
        ["name", "active"],
    )
    world.remember("currency", [each["name"] for each in found], [each["id"] for each in found])
    missing = sorted(set(wanted) - {each["name"] for each in found})
    assert not missing, f"Odoo knows no currency {', '.join(missing)}"
    if asleep := [each["id"] for each in found if not each["active"]]:
        world.gateway.write("res.currency", asleep, {"active": True})


def _rates(world: World, company: Company) -> None:
    rates = [
        {
            "currency_id": world.id("currency", code),
            "company_id": world.company_id,
            "name": since.isoformat(),
            # Odoo keeps how many units of it the company's own unit buys.
            "rate": float(1 / worth),
        }
        for code, course in company.rates.items()
        for since, worth in course.items()
    ]
    if rates:
        world.gateway.create("res.currency.rate", rates)


def _taxes(world: World, company: Company) -> None:
    world.create(
        "tax",
        "account.tax",
        {
            name: {
                "name": name,
                "type_tax_use": "sale",
                "amount_type": "percent",
                "amount": float(tax.percent),
                "price_include_override": "tax_included" if tax.included else "tax_excluded",
                "company_id": world.company_id,
            }
            for name, tax in company.taxes.items()
        },
    )
    if company.taxes:
        _tax_accounts(world, {name: world.id("tax", name) for name in company.taxes})


def _tax_accounts(world: World, taxes: Mapping[str, int]) -> None:
    """New taxes are posted where the company's own sales tax is, else Odoo posts them as income;
    and printed under their own name, not that of the company's.
    """
    model = "account.tax.repartition.line"
    (company,) = world.rows("res.company", [("id", "=", world.company_id)], ["account_sale_tax_id"])
    own = company["account_sale_tax_id"]
    wanted = [("repartition_type", "=", "tax"), ("tax_id", "in", [own, *taxes.values()])]
    try:
        parts = world.rows(model, wanted, ["tax_id", "account_id", "document_type"])
    except NotFound:
        return  # the Odoo in memory posts every tax to the one account
    accounts = {
        part["document_type"]: part["account_id"]
        for part in parts
        if part["tax_id"] == own and part["account_id"]
    }
    for document, account in accounts.items():
        ids = [
            part["id"]
            for part in parts
            if part["tax_id"] in taxes.values() and part["document_type"] == document
        ]
        world.gateway.write(model, ids, {"account_id": account})
    groups = world.gateway.create(
        "account.tax.group",
        [{"name": name, "company_id": world.company_id} for name in taxes],
    )
    for tax, group in zip(taxes.values(), groups, strict=True):
        world.gateway.write("account.tax", [tax], {"tax_group_id": group})


def _holidays(world: World, company: Company) -> None:
    new = [day for day in company.holidays if day not in world.holidays]
    world.holidays = tuple(sorted({*world.holidays, *new}))
    if new:
        world.gateway.create(
            "resource.calendar.leaves",
            [
                {
                    "name": "Public holiday",
                    "company_id": world.company_id,
                    "date_from": f"{day} 00:00:00",
                    "date_to": f"{day + ONE_DAY} 00:00:00",
                }
                for day in new
            ],
        )
