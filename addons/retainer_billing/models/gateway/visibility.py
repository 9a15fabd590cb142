"""What the caller cannot see of what a run must know: record rules hide rows without an error."""

from datetime import timedelta

from odoo import fields

from .preflight import RIGHTS_REMEDY, unreadable

# What a run reads and no history that grows: billed milestones count only while their engagement
# goes on, and time of fixed prices, which nothing ever counts, does not.
READ = {
    "retainer.engagement": [("state", "in", ("running", "paused", "ended"))],
    "project.project": [("retainer_engagement_ids", "!=", False)],
    "project.milestone": [
        ("retainer_engagement_id", "!=", False),
        "|",
        ("retainer_engagement_id.state", "!=", "ended"),
        ("retainer_move_id", "=", False),
    ],
    "account.analytic.line": [
        "|",
        ("project_id.retainer_engagement_ids.kind", "in", ("retainer", "out_of_scope")),
        ("retainer_change_order_id", "!=", False),
        ("project_id", "!=", False),
        ("retainer_period_id", "=", False),
        ("retainer_move_id", "=", False),
        ("retainer_tombstone_id", "=", False),
        ("retainer_non_billable", "=", False),
    ],
    "account.move": [("retainer_key", "!=", False)],
}
DAYS = 400


def findings(env, caller, company):
    """Return a finding per model of which rows are hidden; ``env`` sees everything."""
    missing = unreadable(caller)
    if missing:
        return [_finding("rights", caller.user, missing, RIGHTS_REMEDY)]
    since = fields.Date.today() - timedelta(days=DAYS)
    found = []
    for name, domain in READ.items():
        model = env[name]
        owner = "company_id" if "company_id" in model._fields else "project_id.company_id"
        domain = [*domain, (owner, "in", (company.id, False))]
        if name == "account.move":
            domain.append(("date", ">=", since))
        elif name == "account.analytic.line" and company.retainer_go_live_date:
            domain.append(("date", ">=", company.retainer_go_live_date))
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
