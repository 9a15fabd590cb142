from odoo import fields, models


class ProjectProject(models.Model):
    _inherit = "project.project"

    retainer_ignore = fields.Boolean(
        string="Outside Retainer Billing",
        help="Time on this project is outside retainer billing on purpose, so that it raises no "
        "issue for being on no engagement.",
    )
    retainer_engagement_ids = fields.Many2many(
        "retainer.engagement",
        "retainer_engagement_project_rel",
        "project_id",
        "engagement_id",
        string="Engagements",
        readonly=True,
        copy=False,
    )
