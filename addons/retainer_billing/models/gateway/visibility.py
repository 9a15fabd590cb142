"""What the caller cannot see of what a run must know: record rules hide rows without an error."""

from datetime import timedelta

from odoo import fields

from .preflight import READ_MODELS

# Only what is open: looking at all history would cost more each year.
OPEN = {
    "retainer.engagement": [("state", "in", ("running", "paused", "ended"))],
    "project.project": [("retainer_engagement_ids", "!=", False)],
    "project.milestone": [("retainer_engagement_id", "!=", False)],
    "account.analytic.line": [
        ("project_id.retainer_engagement_ids", "!=", False),
        ("retainer_period_id", "=", False),
        ("retainer_move_id", "=", False),
    ],
    "account.move": [("retainer_key", "!=", False)],
}
DAYS = 400


def findings(env, caller, company):
    """Return a finding per model of which rows are hidden; ``env`` sees everything."""
    missing = [name for name in READ_MODELS if not caller[name].has_access("read")]
    if missing:
        return [
            _finding(
                "rights",
                caller.user,
                f"{caller.user.login} may not read {', '.join(missing)}.",
                "Upgrade the module Retainer Billing, and remove rules that forbid these models.",
            )
        ]
    since = fields.Date.today() - timedelta(days=DAYS)
    found = []
    for name, domain in OPEN.items():
        model = env[name]
        owner = "company_id" if "company_id" in model._fields else "project_id.company_id"
        domain = [*domain, (owner, "in", (company.id, False))]
        if name == "account.move":
            domain.append(("date", ">=", since))
        everything = model.with_context(active_test=False).search_count(domain)
        visible = caller[name].with_context(active_test=False).search_count(domain)
        if visible != everything:
            found.append(
                _finding(
                    f"visible_{name.replace('.', '_')}",
                    model,
                    f"{caller.user.login} sees {visible} of {everything} records of "
                    f"{model._description} ({name}): a record rule hides the others.",
                    f"Look under Settings > Technical > Record Rules for {name}, or remove other "
                    "groups of this user.",
                )
            )
    return found


def _finding(code, record, message, remedy):
    return {
        "code": code,
        "ok": False,
        "record": f"{record._name},{record.id or 0}",
        "message": message,
        "remedy": remedy,
    }
