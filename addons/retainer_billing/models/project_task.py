from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ProjectTask(models.Model):
    _inherit = "project.task"

    retainer_change_order_id = fields.Many2one(
        "retainer.change.order",
        string="Change Order",
        index="btree_not_null",
        tracking=True,
        domain="[('partner_id', 'child_of', partner_id)]",
        help="Time on this task is extra work of that change order, not of the retainer.",
    )

    @api.constrains("retainer_change_order_id", "company_id", "project_id")
    def _check_retainer_change_order(self):
        for task in self.filtered("retainer_change_order_id"):
            company = task.company_id or task.project_id.company_id
            order = task.retainer_change_order_id.sudo()
            if company and order.company_id != company:
                raise ValidationError(
                    self.env._(
                        "The change order %(order)s is of %(other)s, the task of %(company)s. "
                        "Choose a change order of the task's company.",
                        order=order.display_name,
                        other=order.company_id.name,
                        company=company.name,
                    )
                )
