from datetime import date

from odoo import api, fields, models
from odoo.exceptions import ValidationError

KINDS = [
    ("retainer", "Retainer"),
    ("project", "Project"),
    ("out_of_scope", "Out of scope"),
]


class RetainerEngagement(models.Model):
    _name = "retainer.engagement"
    _description = "Retainer Engagement"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "partner_id, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, tracking=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Client",
        required=True,
        index=True,
        tracking=True,
        check_company=True,
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        related="partner_id.commercial_partner_id",
        string="Commercial Client",
        store=True,
        index=True,
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="Currency of the agreement: its invoices, terms, purchase orders and advances.",
    )
    kind = fields.Selection(
        KINDS,
        required=True,
        default="retainer",
        tracking=True,
        help="Retainer: monthly hours for a monthly fee. Project: billed by milestone on "
        "sign-off. Out of scope: approved extra work, invoiced at month end.",
    )
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "Running"),
            ("paused", "Paused"),
            ("ended", "Ended"),
        ],
        required=True,
        default="draft",
        copy=False,
        tracking=True,
        index=True,
        help="The service bills running engagements, leaves paused ones alone, and completes the "
        "open months of ended ones. It ignores drafts.",
    )
    project_ids = fields.Many2many(
        "project.project",
        "retainer_engagement_project_rel",
        "engagement_id",
        "project_id",
        string="Projects",
        check_company=True,
        copy=False,
        help="Time on these projects belongs to this engagement. A project belongs to one "
        "engagement at a time.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Account Manager",
        default=lambda self: self.env.user,
        tracking=True,
        help="Receives the alerts of this engagement as activities.",
    )
    client_po_id = fields.Many2one(
        "retainer.client.po",
        string="Purchase Order",
        tracking=True,
        index="btree_not_null",
        check_company=True,
        help="The client's purchase order that the invoices of this engagement refer to.",
    )
    po_policy = fields.Selection(
        [
            ("company", "As the company"),
            ("hold", "Hold the invoice"),
            ("warn", "Warn"),
            ("ignore", "Ignore"),
            ("fit", "Bill what fits, hold the rest"),
        ],
        string="Purchase Order Policy",
        required=True,
        default="company",
        help="What happens when the purchase order is missing, expired, not yet valid or exceeded.",
    )
    sale_order_id = fields.Many2one(
        "sale.order",
        string="Accepted Quote",
        index="btree_not_null",
        check_company=True,
        copy=False,
        help="The quotation the client accepted. Its number is shown on milestone invoices.",
    )
    invoice_partner_id = fields.Many2one(
        "res.partner",
        string="Billing Entity",
        check_company=True,
        help="Who is invoiced. Empty: the client's invoice address.",
    )
    ap_contact_id = fields.Many2one(
        "res.partner",
        string="Accounts Payable Contact",
        check_company=True,
        help="Who receives the invoice at the client.",
    )
    payment_term_id = fields.Many2one(
        "account.payment.term",
        string="Payment Terms",
        check_company=True,
        help="Empty: the client's payment terms.",
    )
    product_id = fields.Many2one(
        "product.product",
        string="Service",
        check_company=True,
        domain="[('type', '=', 'service')]",
        help="Service on the invoice lines. It decides the income account and the taxes.",
    )
    use_advances = fields.Boolean(
        help="Invoices of this engagement are paid from the client's advances as far as these go."
    )
    top_up_policy = fields.Selection(
        [
            ("none", "No top-up"),
            ("amount", "A fixed amount"),
            ("target", "Up to a balance"),
        ],
        string="Top-Up",
        required=True,
        default="none",
        tracking=True,
        help="A new advance is requested when what is left of the advances for this engagement "
        "falls below a limit.",
    )
    top_up_amount = fields.Monetary(
        tracking=True, help="Amount to request, or balance to reach, net of tax."
    )
    top_up_below = fields.Monetary(tracking=True, help="Request when less than this is left.")
    recharge_purchases = fields.Boolean(
        help="Purchases on the projects of this engagement are charged on to the client."
    )
    recharge_markup = fields.Float(
        string="Recharge Markup (%)",
        help="Added to the cost of a recharged purchase, in percent of the cost.",
    )
    lines_per_entry = fields.Boolean(
        string="A Line per Time Entry",
        help="Extra work is invoiced with one line per time entry, not one per piece of work.",
    )
    date_start = fields.Date(required=True, default=fields.Date.context_today, tracking=True)
    date_end = fields.Date(
        tracking=True,
        help="Last day of the engagement, included. Empty: open-ended.",
    )
    note = fields.Html(help="For the team. Not shown to the client.")

    terms_ids = fields.One2many("retainer.terms", "engagement_id")
    hour_block_ids = fields.One2many("retainer.hour.block", "engagement_id", string="Hour Blocks")
    period_ids = fields.One2many("retainer.period", "engagement_id", string="Periods")
    change_order_ids = fields.One2many(
        "retainer.change.order", "engagement_id", string="Change Orders"
    )
    milestone_ids = fields.One2many(
        "project.milestone", "retainer_engagement_id", string="Milestones"
    )
    move_ids = fields.One2many("account.move", "retainer_engagement_id", string="Documents")
    alert_ids = fields.One2many("retainer.alert", "engagement_id", string="Alerts")
    po_ids = fields.Many2many(
        "retainer.client.po",
        "retainer_client_po_engagement_rel",
        "engagement_id",
        "po_id",
        string="Purchase Orders",
        copy=False,
        help="Purchase orders of the client that name this engagement, of all years.",
    )
    advance_ids = fields.Many2many(
        "retainer.advance",
        "retainer_advance_engagement_rel",
        "engagement_id",
        "advance_id",
        string="Advances",
        copy=False,
        help="Advances that are reserved for this engagement.",
    )
    closed_until = fields.Date(
        compute="_compute_closed_until",
        store=True,
        help="Last day of the last closed month. Time on or before that day counts in the open "
        "month. Empty while no month is closed.",
    )
    move_count = fields.Integer(compute="_compute_counts")
    period_count = fields.Integer(compute="_compute_counts")
    alert_count = fields.Integer(compute="_compute_counts", string="Open Alerts")
    current_period_id = fields.Many2one(
        "retainer.period", compute="_compute_current_period", string="Latest Period"
    )
    utilization = fields.Float(
        string="Utilisation (%)",
        compute="_compute_current_period",
        help="Used hours in percent of the available hours, in the latest period.",
    )
    remaining = fields.Float(
        string="Remaining Hours",
        compute="_compute_current_period",
        help="Hours left in the latest period.",
    )

    _date_order = models.Constraint(
        "CHECK (date_end IS NULL OR date_end >= date_start)",
        "The engagement ends before it starts. Set the end date to the start date or later.",
    )
    _markup_positive = models.Constraint(
        "CHECK (recharge_markup IS NULL OR recharge_markup >= 0)",
        "The recharge markup is negative. Enter 0 or a positive percentage.",
    )
    _top_up_positive = models.Constraint(
        "CHECK (COALESCE(top_up_amount, 0) >= 0 AND COALESCE(top_up_below, 0) >= 0)",
        "The amounts of a top-up cannot be negative. Enter 0 or more.",
    )

    @api.depends("period_ids.state", "period_ids.date_end")
    def _compute_closed_until(self):
        closed = dict(
            self.env["retainer.period"]._read_group(
                [("engagement_id", "in", self.ids), ("state", "=", "closed")],
                ["engagement_id"],
                ["date_end:max"],
            )
        )
        for engagement in self:
            engagement.closed_until = closed.get(engagement._origin, False)

    def _compute_counts(self):
        def count(model, domain):
            return dict(self.env[model]._read_group(domain, [field_of[model]], ["__count"]))

        field_of = {
            "account.move": "retainer_engagement_id",
            "retainer.period": "engagement_id",
            "retainer.alert": "engagement_id",
        }
        readable = self.env["account.move"].has_access("read")
        moves = (
            count("account.move", [("retainer_engagement_id", "in", self.ids)]) if readable else {}
        )
        periods = count("retainer.period", [("engagement_id", "in", self.ids)])
        alerts = count(
            "retainer.alert", [("engagement_id", "in", self.ids), ("state", "=", "open")]
        )
        for engagement in self:
            engagement.move_count = moves.get(engagement, 0)
            engagement.period_count = periods.get(engagement, 0)
            engagement.alert_count = alerts.get(engagement, 0)

    @api.depends("period_ids.date_start", "period_ids.utilization", "period_ids.remaining")
    def _compute_current_period(self):
        for engagement in self:
            latest = engagement.period_ids.sorted("date_start")[-1:]
            engagement.current_period_id = latest
            engagement.utilization = latest.utilization
            engagement.remaining = latest.remaining

    @api.onchange("partner_id")
    def _onchange_partner_id(self):
        for engagement in self.filtered("partner_id"):
            partner = engagement.partner_id.with_company(engagement.company_id)
            engagement.payment_term_id = (
                engagement.payment_term_id or partner.property_payment_term_id
            )
            if (
                engagement.client_po_id
                and engagement.client_po_id.commercial_partner_id != partner.commercial_partner_id
            ):
                engagement.client_po_id = False

    @api.constrains("top_up_policy", "top_up_amount", "top_up_below", "use_advances")
    def _check_top_up(self):
        for engagement in self.filtered(lambda record: record.top_up_policy != "none"):
            problem = False
            if not engagement.use_advances:
                problem = self.env._("its invoices do not use advances. Tick Use Advances")
            elif not engagement.top_up_amount or not engagement.top_up_below:
                problem = self.env._("it needs an amount and a limit. Enter both")
            elif (
                engagement.top_up_policy == "target"
                and engagement.top_up_amount < engagement.top_up_below
            ):
                problem = self.env._(
                    "the balance to reach is below the limit, so that every top-up would ask for "
                    "another. Raise the balance"
                )
            if problem:
                raise ValidationError(
                    self.env._(
                        "%(engagement)s cannot be topped up: %(problem)s, or choose No top-up.",
                        engagement=engagement.name,
                        problem=problem,
                    )
                )

    @api.constrains("client_po_id", "partner_id", "currency_id")
    def _check_client_po(self):
        for engagement in self.filtered("client_po_id"):
            engagement.client_po_id._check_usable(
                engagement.partner_id, engagement, engagement.currency_id
            )

    @api.constrains("currency_id")
    def _check_currency(self):
        for engagement in self:
            named = (
                engagement.terms_ids.filtered(
                    lambda terms, currency=engagement.currency_id: terms.currency_id != currency
                )
                or engagement.hour_block_ids.move_id.filtered(
                    lambda move, currency=engagement.currency_id: move.currency_id != currency
                )
                or engagement.advance_ids.filtered(
                    lambda advance, currency=engagement.currency_id: advance.currency_id != currency
                )
            )
            if named:
                raise ValidationError(
                    self.env._(
                        "%(record)s is in another currency than the engagement %(engagement)s "
                        "(%(currency)s). Keep the currency, or make a new engagement for the "
                        "other currency.",
                        record=named[0].display_name,
                        engagement=engagement.name,
                        currency=engagement.currency_id.name,
                    )
                )

    @api.constrains("project_ids", "date_start", "date_end", "active", "state")
    def _check_projects(self):
        for engagement in self.filtered("active"):
            others = self.sudo().search(
                [
                    ("project_ids", "in", engagement.sudo().project_ids.ids),
                    ("id", "!=", engagement.id),
                ]
            )
            for other in others:
                start = max(engagement.date_start, other.date_start)
                end = min(engagement.date_end or date.max, other.date_end or date.max)
                if start > end:
                    continue
                shared = engagement.sudo().project_ids & other.project_ids
                raise ValidationError(
                    self.env._(
                        "The project %(project)s is already on the engagement %(other)s, which "
                        "runs at the same time, so time on it would belong to both. End that "
                        "engagement first, or use another project.",
                        project=shared[0].display_name,
                        other=other.name,
                    )
                )

    def action_start(self):
        for engagement in self:
            if engagement.kind == "retainer" and not (
                engagement.terms_ids or engagement.hour_block_ids
            ):
                raise ValidationError(
                    self.env._(
                        "The retainer %(name)s has no terms and no block of hours yet. Add a "
                        "line on its Terms tab before you start it.",
                        name=engagement.name,
                    )
                )
        self.state = "running"

    def action_pause(self):
        self.state = "paused"

    def action_end(self):
        for engagement in self:
            engagement.date_end = engagement.date_end or fields.Date.context_today(engagement)
        self.state = "ended"

    def action_draft(self):
        if self.filtered("period_ids"):
            raise ValidationError(
                self.env._(
                    "This engagement has statements already. Pause it instead of setting it back "
                    "to draft."
                )
            )
        self.state = "draft"

    def _action_open(self, xmlid, domain, context=None):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        action["domain"] = domain
        action["context"] = context or {}
        return action

    def action_view_moves(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Documents"),
            "res_model": "account.move",
            "view_mode": "list,form",
            "views": [
                (self.env.ref("retainer_billing.retainer_move_view_list").id, "list"),
                (False, "form"),
            ],
            "domain": [("retainer_engagement_id", "=", self.id)],
            "context": {"create": False},
        }

    def action_view_periods(self):
        return self._action_open(
            "retainer_billing.retainer_period_action", [("engagement_id", "=", self.id)]
        )

    def action_view_alerts(self):
        return self._action_open(
            "retainer_billing.retainer_alert_action",
            [("engagement_id", "=", self.id)],
            {"search_default_open": 1},
        )
