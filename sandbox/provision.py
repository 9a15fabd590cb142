"""Runs inside Odoo: makes the sandbox's users, their API keys and the few settings they need.

This is no part of the service: it is read as text and run by Odoo's own Python with `env` there.
It prints one JSON object, the API keys by login. Run again, it only makes what is missing, and
new keys.
"""

from __future__ import annotations

import datetime
import json
from typing import Any

KEY_DAYS = 90
"""As long as Odoo lets an ordinary user's key live."""

CURRENCIES = ("EUR", "GBP")

USERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "finance": (
        "Fiona Finance",
        ("retainer_billing.group_manager", "account.group_account_manager"),
    ),
    "consultant": (
        "Carl Consultant",
        ("retainer_billing.group_user", "hr_timesheet.group_hr_timesheet_user"),
    ),
    "auditor": (
        "Ada Auditor",
        ("retainer_billing.group_auditor", "account.group_account_readonly"),
    ),
    "drawdown": ("Drawdown Service", ("retainer_billing.group_sync_service",)),
}
"""Login, name and groups; a group of an addon that is not installed is left out."""

KEYS_FOR = ("admin", "drawdown")


def provision(env: Any) -> dict[str, str]:
    """Make everything and return the API keys by login."""
    currencies = env["res.currency"].with_context(active_test=False)
    currencies.search([("name", "in", CURRENCIES)]).active = True
    admin = env.ref("base.user_admin")
    admin.tz = "UTC"
    for login, (name, groups) in USERS.items():
        user = make_user(env, login, name, groups)
        if login == "consultant":
            make_employee(env, user)
    return {login: make_key(env, login) for login in KEYS_FOR}


def make_user(env: Any, login: str, name: str, groups: tuple[str, ...]) -> Any:
    """A user whose password is the login, with those of the groups that exist."""
    there = env["res.users"].with_context(active_test=False).search([("login", "=", login)])
    if there:
        return there
    found = [env.ref(group, raise_if_not_found=False) for group in groups]
    ids = [group.id for group in found if group] + [env.ref("base.group_user").id]
    return (
        env["res.users"]
        .with_context(no_reset_password=True)
        .create(
            {
                "login": login,
                "name": name,
                "email": f"{login}@sandbox.example",
                "password": login,
                "tz": "UTC",
                "group_ids": [(6, 0, ids)],
            }
        )
    )


def make_employee(env: Any, user: Any) -> None:
    """Time can only be entered for an employee."""
    if not user.employee_ids:
        env["hr.employee"].create({"name": user.name, "user_id": user.id})


def make_key(env: Any, login: str) -> str:
    """An API key of that user's, for both of Odoo's remote interfaces."""
    user = env["res.users"].search([("login", "=", login)])
    until = env.cr.now() + datetime.timedelta(days=KEY_DAYS)
    keys = env["res.users.apikeys"].with_user(user).sudo()
    key: str = keys._generate("rpc", "Sandbox", until)
    return key


if __name__ == "__main__":
    odoo_env: Any = globals()["env"]
    print(json.dumps(provision(odoo_env)))
    odoo_env.cr.commit()
