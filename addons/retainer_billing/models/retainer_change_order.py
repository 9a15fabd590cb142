from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# What the client has been billed for.
BILLED_FIELDS = ("engagement_id", "approval_state", "hourly_rate", "hours_cap")


class RetainerChangeOrder(models.Model):
    _name = "retainer.change.order"
    _description = "Change Order"
    _inherit = [
        "retainer.content.mixin",
        "retainer.bound.mixin",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "request_date desc, id desc"
    _check_company_auto = True

    number = fields.Char(
        required=True, readonly=True, copy=False, default=lambda self: self.env._("New")
    )
    name = fields.Char(
        required=True, tracking=True, help="The piece of work, as the client's invoice names it."
    )
    engagement_id = fields.Many2one(
        "retainer.engagement",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        tracking=True,
    )
    company_id = fields.Many2one(
        related="engagement_id.company_id", store=True, index=True, precompute=True
    )
    partner_id = fields.Many2one(related="engagement_id.partner_id", store=True, string="Client")
    currency_id = fields.Many2one(related="engagement_id.currency_id", store=True)
    requester = fields.Char(help="Who at the client asked for it.", tracking=True)
    request_date = fields.Date(default=fields.Date.context_today, tracking=True)
    approval_state = fields.Selection(
        [("waiting", "Waiting"), ("approved", "Approved"), ("rejected", "Rejected")],
        required=True,
        default="waiting",
        tracking=True,
        index=True,
        help="Work without written approval is not billed.",
    )
    approval_reference = fields.Char(
        tracking=True, help="Where the client approved it: the email, message or signed quotation."
    )
    approved_on = fields.Date(tracking=True)
    hourly_rate = fields.Monetary(tracking=True, help="Price of an hour, net of tax.")
    hours_cap = fields.Float(
        string="Approved Hours", tracking=True, help="Most hours that are billed. 0: no cap."
    )
    client_po_id = fields.Many2one(
        "retainer.client.po",
        string="Purchase Order",
        check_company=True,
        index="btree_not_null",
        tracking=True,
        help="Empty: the purchase order of the engagement.",
    )
    quote_id = fields.Many2one(
        "sale.order",
        string="Quotation",
        check_company=True,
        copy=False,
        index="btree_not_null",
        help="Signed online by the client, it approves this change order.",
    )
    overage_month = fields.Date(
        readonly=True, help="The month of whose overage this asks approval; empty for extra work."
    )
    overage_seconds = fields.Integer(string="Overage (seconds)", readonly=True)
    overage_hours = fields.Float(compute="_compute_overage_hours")
    billed_seconds = fields.Integer(
        string="Billed (seconds)",
        compute="_compute_billed_seconds",
        compute_sudo=True,
        help="Time of this change order that is on our invoices, as it was billed: rounded up, and "
        "weighed by the role of who did the work.",
    )
    billed_hours = fields.Float(compute="_compute_billed_seconds", compute_sudo=True)
    retainer_move_id = fields.Many2one(
        "account.move",
        string="Billed On",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The document that billed the approved overage.",
    )
    entry_ids = fields.One2many(
        "account.analytic.line", "retainer_change_order_id", string="Time Entries"
    )
    task_ids = fields.One2many("project.task", "retainer_change_order_id", string="Tasks")
    retainer_explanation_html = fields.Html(
        string="Explanation", compute="_compute_retainer_explanation_html"
    )

    _retainer_key_unique = models.UniqueIndex(
        "(company_id, retainer_key) WHERE retainer_key IS NOT NULL",
        "There is already a change order with this key in the company.",
    )
    _not_negative = models.Constraint(
        "CHECK (COALESCE(hourly_rate, 0) >= 0 AND COALESCE(hours_cap, 0) >= 0)",
        "The rate and the hours of a change order cannot be negative. Enter 0 or more.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("number"):
                engagement = self.env["retainer.engagement"].browse(vals.get("engagement_id"))
                vals["number"] = (
                    self.env["ir.sequence"]
                    .with_company(engagement.company_id or self.env.company)
                    .next_by_code("retainer.change.order")
                ) or self.env._("New")
        return super().create(vals_list)

    def write(self, vals):
        named = [name for name in BILLED_FIELDS if name in vals]
        for order in self.sudo().filtered("retainer_move_id") if named else ():
            if order._retainer_differs(vals, named):
                raise UserError(
                    self.env._(
                        "%(order)s is billed on %(move)s and cannot be changed. Credit that "
                        "invoice, or add another change order.",
                        order=order.display_name,
                        move=order.retainer_move_id.display_name,
                    )
                )
        return super().write(vals)

    @api.depends("overage_seconds")
    def _compute_overage_hours(self):
        for order in self:
            order.overage_hours = order.overage_seconds / 3600

    @api.depends("entry_ids.retainer_billed_seconds", "entry_ids.retainer_tombstone_id")
    def _compute_billed_seconds(self):
        # As it was billed: what is rounded up or weighed by a role uses up the cap as such. What a
        # manager accepted as not billed does not.
        billed = dict(
            self.env["account.analytic.line"]._read_group(
                [
                    ("retainer_change_order_id", "in", self.ids),
                    ("retainer_tombstone_id", "=", False),
                ],
                ["retainer_change_order_id"],
                ["retainer_billed_seconds:sum"],
            )
        )
        for order in self:
            order.billed_seconds = billed.get(order._origin, 0)
            order.billed_hours = order.billed_seconds / 3600

    @api.depends("number", "name")
    def _compute_display_name(self):
        for order in self:
            order.display_name = f"{order.number} {order.name or ''}".strip()

    @api.depends(
        "retainer_key",
        "engagement_id",
        "name",
        "requester",
        "request_date",
        "approval_state",
        "hourly_rate",
        "hours_cap",
        "overage_month",
        "overage_seconds",
    )
    def _compute_retainer_content(self):
        return super()._compute_retainer_content()

    def _retainer_content_values(self):
        """Return what the service proposed, and whether people have decided on it."""
        self.ensure_one()
        return [
            self.engagement_id.id,
            self.name or "",
            self.requester or "",
            str(self.request_date or ""),
            self.approval_state,
            f"{self.hourly_rate:.6f}",
            f"{self.hours_cap:.6f}",
            str(self.overage_month or ""),
            self.overage_seconds,
        ]

    @api.depends("retainer_explanation")
    def _compute_retainer_explanation_html(self):
        for order in self:
            order.retainer_explanation_html = order._retainer_render_explanation()

    @api.constrains("client_po_id", "engagement_id")
    def _check_client_po(self):
        for order in self.filtered("client_po_id"):
            order.client_po_id._check_usable(
                order.engagement_id.partner_id, order.engagement_id, order.currency_id
            )

    @api.constrains("approval_state", "approval_reference", "approved_on")
    def _check_approval(self):
        for order in self:
            if order.approval_state == "approved" and not (
                order.approval_reference and order.approved_on
            ):
                raise ValidationError(
                    self.env._(
                        "%(order)s cannot be approved yet: enter the approval reference (where the "
                        "client wrote it) and the day of the approval.",
                        order=order.display_name,
                    )
                )

    def action_approve(self):
        for order in self:
            order.write(
                {
                    "approval_state": "approved",
                    "approved_on": order.approved_on or fields.Date.context_today(order),
                }
            )

    def _approve_by_quotation(self):
        """Approve what waits for the quotation that the client has just accepted."""
        for order in self.sudo().filtered(lambda record: record.approval_state == "waiting"):
            quote = order.quote_id
            if quote.signed_by:
                reference = self.env._(
                    "Quotation %(quote)s, signed by %(name)s",
                    quote=quote.name,
                    name=quote.signed_by,
                )
            else:
                reference = self.env._(
                    "Quotation %(quote)s, confirmed by %(name)s",
                    quote=quote.name,
                    name=self.env.user.name,
                )
            day = quote.signed_on.date() if quote.signed_on else fields.Date.context_today(order)
            order.write(
                {
                    "approval_state": "approved",
                    "approved_on": day,
                    "approval_reference": order.approval_reference or reference,
                }
            )

    def action_reject(self):
        self.approval_state = "rejected"

    def action_wait(self):
        self.approval_state = "waiting"
