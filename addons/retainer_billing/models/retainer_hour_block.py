from odoo import api, fields, models
from odoo.exceptions import ValidationError


class RetainerHourBlock(models.Model):
    _name = "retainer.hour.block"
    _description = "Block of Hours"
    _inherit = "retainer.bound.mixin"
    _retainer_binding = ("move_id",)
    _order = "date desc, id desc"
    _check_company_auto = True

    engagement_id = fields.Many2one(
        "retainer.engagement",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
    )
    company_id = fields.Many2one(related="engagement_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="engagement_id.currency_id", store=True)
    date = fields.Date(
        required=True,
        default=fields.Date.context_today,
        help="Day the hours were bought. They can be used from that day on.",
    )
    hours = fields.Float(required=True)
    price = fields.Monetary(
        compute="_compute_price",
        store=True,
        readonly=False,
        precompute=True,
        help="Price of the whole block, net of tax. Proposed: hours × the hourly rate in force.",
    )
    expiry_date = fields.Date(help="Last day the hours can be used. Empty: they do not expire.")
    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        readonly=True,
        copy=False,
        index="btree_not_null",
        check_company=True,
    )

    _hours_positive = models.Constraint(
        "CHECK (hours > 0)", "A block has more than 0 hours. Enter how many hours were bought."
    )
    _price_positive = models.Constraint(
        "CHECK (price IS NULL OR price >= 0)",
        "The price of a block of hours cannot be negative. Enter 0 or more.",
    )
    _date_order = models.Constraint(
        "CHECK (expiry_date IS NULL OR expiry_date >= date)",
        "The block expires before it was bought. Set the expiry to the purchase day or later.",
    )

    @api.depends("hours", "date", "engagement_id.terms_ids.hourly_rate")
    def _compute_price(self):
        for block in self:
            if block.move_id:
                continue
            terms = block.engagement_id.terms_ids.filtered(
                lambda row, day=block.date: row.date_start and day and row.date_start <= day
            ).sorted("date_start")[-1:]
            # A price that was agreed stays when the terms change later.
            block.price = block.price or block.hours * terms.hourly_rate

    @api.depends("engagement_id.name", "date", "hours")
    def _compute_display_name(self):
        for block in self:
            block.display_name = self.env._(
                "%(engagement)s, %(hours)s h bought on %(date)s",
                engagement=block.engagement_id.name or "",
                hours=f"{block.hours:g}",
                date=block.date or "",
            )

    def write(self, vals):
        if {"hours", "price", "date", "engagement_id"} & set(vals):
            self._check_not_invoiced()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_invoiced(self):
        self._check_not_invoiced()

    def _check_not_invoiced(self):
        for block in self:
            if block.move_id and block.move_id.state == "posted":
                raise ValidationError(
                    self.env._(
                        "%(block)s is already invoiced on %(move)s. Credit that invoice and enter "
                        "a new block instead.",
                        block=block.display_name,
                        move=block.move_id.display_name,
                    )
                )
