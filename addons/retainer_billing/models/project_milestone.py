from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

BILLED_FIELDS = (
    "retainer_engagement_id",
    "retainer_amount",
    "retainer_percent",
    "retainer_quantity",
    "retainer_unit_price",
    "retainer_number",
    "is_reached",
    "reached_date",
    "project_id",
)


class ProjectMilestone(models.Model):
    _name = "project.milestone"
    _inherit = ["project.milestone", "retainer.bound.mixin"]

    reached_date = fields.Date(
        string="Signed Off On",
        readonly=False,
        copy=False,
        help="The day on which the client accepted the deliverable, which dates the invoice. "
        "Today when the milestone is marked as reached, unless another day is given; it can be "
        "corrected until the milestone is billed.",
    )
    retainer_engagement_id = fields.Many2one(
        "retainer.engagement",
        string="Engagement",
        index="btree_not_null",
        ondelete="restrict",
        help="The agreement that bills this milestone when it is signed off.",
    )
    retainer_currency_id = fields.Many2one(
        related="retainer_engagement_id.currency_id", string="Engagement Currency"
    )
    retainer_amount = fields.Monetary(
        string="Milestone Amount",
        currency_field="retainer_currency_id",
        help="Net of tax. 0: the percentage or the quantity below, or else the amount of the sales "
        "order item.",
    )
    retainer_percent = fields.Float(
        string="Percent of the Quote",
        help="Share of the accepted quote that this milestone bills, where no amount is given.",
    )
    retainer_quantity = fields.Float(
        string="Milestone Quantity",
        digits="Product Unit",
        help="Quantity that this milestone bills at the unit price, where no amount is given.",
    )
    retainer_unit_price = fields.Monetary(
        string="Milestone Unit Price", currency_field="retainer_currency_id"
    )
    retainer_number = fields.Integer(
        string="Milestone Number", help="As the quotation numbers it: 1, 2, 3 …"
    )
    retainer_sign_off_reference = fields.Char(
        string="Sign-off Reference", help="Where the client accepted the deliverable."
    )
    retainer_move_id = fields.Many2one(
        "account.move",
        string="Billed On",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The document that billed this milestone.",
    )

    _retainer_amount_positive = models.Constraint(
        "CHECK (COALESCE(retainer_amount, 0) >= 0 AND COALESCE(retainer_quantity, 0) >= 0"
        " AND COALESCE(retainer_unit_price, 0) >= 0)",
        "Amount, quantity and price of a milestone cannot be negative. Enter 0 or more.",
    )
    _retainer_percent_range = models.Constraint(
        "CHECK (COALESCE(retainer_percent, 0) BETWEEN 0 AND 100)",
        "A milestone bills a percentage of its quote. Enter a number from 0 to 100.",
    )
    _retainer_number_positive = models.Constraint(
        "CHECK (retainer_number IS NULL OR retainer_number >= 0)",
        "The number of a milestone cannot be negative. Enter 1 for the first.",
    )

    @api.depends("is_reached")
    def _compute_reached_date(self):
        """Odoo says today; a day that was given is the day of the sign-off."""
        dated = self.filtered(lambda milestone: milestone.is_reached and milestone.reached_date)
        for milestone in dated:
            milestone.reached_date = milestone.reached_date  # computed, and as it was given
        return super(ProjectMilestone, self - dated)._compute_reached_date()

    @api.constrains("retainer_engagement_id", "project_id")
    def _check_retainer_engagement(self):
        for milestone in self.filtered("retainer_engagement_id"):
            company = milestone.project_id.company_id
            engagement = milestone.retainer_engagement_id.sudo()
            if company and company != engagement.company_id:
                raise ValidationError(
                    self.env._(
                        "The milestone %(milestone)s is on a project of %(company)s, the "
                        "engagement %(engagement)s belongs to %(other)s. Choose an engagement of "
                        "the same company.",
                        milestone=milestone.name,
                        company=company.name,
                        engagement=engagement.name,
                        other=engagement.company_id.name,
                    )
                )

    def write(self, vals):
        named = [name for name in BILLED_FIELDS if name in vals]
        for milestone in self.sudo().filtered("retainer_move_id") if named else ():
            if milestone._retainer_differs(vals, named):
                raise UserError(
                    self.env._(
                        "The milestone %(milestone)s is billed on %(move)s and cannot be changed. "
                        "Credit that invoice, or add another milestone.",
                        milestone=milestone.name,
                        move=milestone.retainer_move_id.display_name,
                    )
                )
        return super().write(vals)
