from odoo import fields, models


class RetainerRoleRate(models.Model):
    """What an hour of one job counts and costs, where the terms tell jobs apart."""

    _name = "retainer.role.rate"
    _description = "Rate of a Role"
    _order = "terms_id, job_id, id"
    _rec_name = "job_id"

    terms_id = fields.Many2one("retainer.terms", required=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="terms_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="terms_id.currency_id")
    job_id = fields.Many2one("hr.job", required=True, ondelete="restrict", string="Role")
    factor = fields.Float(
        default=1.0,
        help="How many hours of the allowance an hour of this role uses, e.g. 1.5 for a director.",
    )
    overage_rate = fields.Monetary(
        help="Price of an hour of this role beyond the available hours, net of tax. 0: the overage "
        "rate of the terms."
    )

    _job_unique = models.Constraint(
        "UNIQUE (terms_id, job_id)",
        "These terms have a rate for this role already. Change that line.",
    )
    _positive = models.Constraint(
        "CHECK (factor > 0 AND COALESCE(overage_rate, 0) >= 0)",
        "The factor of a role is more than 0, and its rate is not negative. Enter 1 where an hour "
        "of the role counts as an hour.",
    )
