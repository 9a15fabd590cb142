"""Reconciliations that documents ask for, done when these are posted, in one batch.

The document's own lines must end up matched in full: nothing is drawn twice or beyond what is
open.
"""

from collections import defaultdict

from odoo.exceptions import UserError

from . import defaults

REVENUE = "retainer_revenue"
"""Context: lines whose differences of rates are revenue, with the values of the other side."""


class Step:
    """Lines of a document, and the open lines in the ledger that they are reconciled with."""

    def __init__(self, move, own, others, *, partial=False):
        self.move = move
        self.own = own
        self.others = others
        self.partial = partial

    @property
    def exact(self):
        """Whether the lines say themselves what they are worth in the company's currency.

        Those of a journal entry do: they draw a lot at its own rate, and name a difference to
        another rate on a line of its own. Odoo would book its rounding as an exchange difference.
        """
        return self.move.move_type == "entry" and not self.partial


def reconcile(moves):
    """Do what was asked for when these were written; raise UserError where it is not possible."""
    steps = [*_by_line(moves), *_by_account(moves)]
    if not steps:
        return
    lines = steps[0].own.browse()
    exact = [step for step in steps if step.exact]
    at_rates = [step for step in steps if not step.exact]
    lines.with_context(**{REVENUE: _revenue(at_rates)})._reconcile_plan(
        [step.own | step.others for step in at_rates]
    )
    _reconcile_exactly(lines, exact)
    # What a rounding left over has no amount in the lot's own currency any more.
    _reconcile_exactly(
        lines, [step for step in exact if any(_is_remnant(line) for line in step.own)]
    )
    for step in steps:
        left = step.own.filtered(lambda line: not line.reconciled)
        if left and not step.partial:
            raise UserError(
                lines.env._(
                    "%(move)s draws more on %(account)s than is open there: %(amount)s is left "
                    "over. Run the service again, so that it plans with what is open now.",
                    move=step.move.display_name,
                    account=left.account_id.display_name,
                    amount=abs(
                        sum(left.mapped("amount_residual_currency"))
                        or sum(left.mapped("amount_residual"))
                    ),
                )
            )


def _reconcile_exactly(lines, steps):
    lines.with_context(no_exchange_difference=True)._reconcile_plan(
        [step.own | step.others for step in steps]
    )


def _revenue(steps):
    """Return what takes the differences of rates of lines that deduct a taxed advance.

    An advance is no monetary item: what it pays is revenue at the rate at which it came in (IFRIC
    22.8), and no exchange difference. What is returned to the client is one.
    """
    drawn = [step for step in steps if _draws_abroad(step)]
    found, accounts = {}, _revenue_accounts([step.move.sudo() for step in drawn])
    for step in drawn:
        values = accounts.get(step.move.sudo().retainer_engagement_id.id)
        if values:
            name = step.move.env._("%s: at the rate of the advance", step.move.name)
            for line in step.own | step.others:
                found[line.id] = {**values, "name": name}
    return found


def _draws_abroad(step):
    move = step.move.sudo()
    return (
        move.currency_id != move.company_currency_id
        and move.retainer_role != "advance_return"
        and move.retainer_engagement_id
        and step.own.account_id in move.company_id._retainer_advance_accounts()
    )


def _revenue_accounts(moves):
    """Return, by engagement, where its revenue is posted."""
    engagements = defaultdict(set)
    for move in moves:
        engagements[move.company_id].add(move.retainer_engagement_id.id)
    found = {}
    for company, ids in engagements.items():
        for own in defaults.of_engagements(company.env, company, sorted(ids)):
            if own["income_account_id"]:
                analytic = own["analytic_account_id"]
                found[own["engagement_id"]] = {
                    "account_id": own["income_account_id"],
                    **({"analytic_distribution": {str(analytic): 100}} if analytic else {}),
                }
    return found


def _is_remnant(line):
    return line.currency_id.is_zero(line.amount_residual_currency) and not (
        line.company_currency_id.is_zero(line.amount_residual)
    )


def _by_line(moves):
    """Yield the steps of lines that name their counterpart."""
    keyed = moves.filtered("retainer_key")
    for line in keyed.line_ids.filtered("retainer_reconcile_line_id"):
        if line.reconciled:
            continue
        other = line.retainer_reconcile_line_id
        if (
            other.account_id != line.account_id
            or other.company_id != line.company_id
            or other.parent_state != "posted"
            or other.reconciled
        ):
            raise _not_open(line.move_id, line.account_id, line.env._("the counterpart"))
        yield Step(line.move_id, line, other)


def _by_account(moves):
    """Yield the steps of documents that reconcile all their lines on an account."""
    wanted = [
        (move, step)
        for move in moves.filtered("retainer_pending_reconcile")
        for step in move.retainer_pending_reconcile
    ]
    if not wanted:
        return
    lines, by_key = _counterparts(moves, [step for _move, step in wanted])
    for move, step in wanted:
        account = move.env["account.account"].browse(step["account_id"])
        named = {lines[ref] for ref in step.get("line_ids") or () if ref in lines}
        named.update(line for key in step.get("keys") or () for line in by_key[key])
        others = move.line_ids.browse(
            line.id
            for line in named
            if line.account_id == account and line.company_id == move.company_id
        )
        own = move.line_ids.filtered(
            lambda line, account=account: line.account_id == account and not line.reconciled
        )
        if step.get("optional") and not (own and others):
            continue
        if not own or not others:
            side = move.env._("the counterpart") if own else move.env._("it")
            raise _not_open(move, account, side)
        yield Step(move, own, others, partial=bool(step.get("partial")))


def _counterparts(moves, steps):
    """Return the open lines that the steps may name, by id and by key, with two queries for all."""
    lines = moves.env["account.move.line"].browse(
        {line for step in steps for line in step.get("line_ids") or ()}
    )
    keys = {key for step in steps for key in step.get("keys") or ()}
    if keys:
        lines |= moves.search(
            [("company_id", "in", moves.company_id.ids), ("retainer_key", "in", list(keys))]
        ).line_ids
    by_id, by_key = {}, defaultdict(list)
    for line in lines.exists():
        if line.parent_state == "posted" and not line.reconciled:
            by_id[line.id] = line
            by_key[line.move_id.retainer_key].append(line)
    return by_id, by_key


def _not_open(move, account, side):
    return UserError(
        move.env._(
            "%(move)s cannot be reconciled on %(account)s: %(side)s has no open line on that "
            "account. Run the service again.",
            move=move.display_name,
            account=account.display_name,
            side=side,
        )
    )
