"""Who may come in: the service's group, in its own companies. Inside, rights are elevated."""

from typing import Any

from sync.odoo.errors import Forbidden, Rejected
from sync.odoo.memory import access
from sync.odoo.memory.tables import Tables


def require_group(tables: Tables) -> None:
    """Raise ``Forbidden`` to anyone outside the service's group; then elevate."""
    if not access.has_group(tables, access.SERVICE):
        raise Forbidden(
            "The retainer gateway is for the billing service. Use a user of the group Retainer"
            " service.",
            model="retainer.gateway",
        )
    tables.elevated = True


def enter(tables: Tables, company_id: Any) -> int:
    """Check the caller and its company. Raises ``Forbidden`` or ``Rejected``."""
    require_group(tables)
    company = checked_id(company_id, "company_id")
    user = tables.row("res.users", tables.user_id)
    if company not in user["company_ids"]:
        raise Forbidden(
            f"The user {user['login']} has no access to the company {company}. Allow it under"
            " Settings > Users > Access Rights.",
            model="retainer.gateway",
        )
    tables.company_id = company
    return company


def checked_id(value: Any, name: str) -> int:
    """An id as JSON gives it. Raises ``Rejected`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**31:
        raise Rejected(f"{name} must be the id of a record.")
    return value
