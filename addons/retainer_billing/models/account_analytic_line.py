from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools.sql import column_exists, create_column

# What a client has been shown, or has been billed for.
COUNTED_FIELDS = (
    "date",
    "unit_amount",
    "project_id",
    "task_id",
    "employee_id",
    "user_id",
    "name",
    "company_id",
    "retainer_non_billable",
    "retainer_change_order_id",
    "retainer_corrects_id",
)


class AccountAnalyticLine(models.Model):
    _name = "account.analytic.line"
    _inherit = ["account.analytic.line", "retainer.bound.mixin"]
    _retainer_binding = (
        "retainer_period_id",
        "retainer_move_id",
        "retainer_tombstone_id",
        "retainer_billed_seconds",
    )

    retainer_period_id = fields.Many2one(
        "retainer.period",
        string="Statement",
        readonly=True,
        copy=False,
        ondelete="restrict",
        index="btree_not_null",
        help="The closed statement that counts this entry. Correct it by adding an entry.",
    )
    retainer_move_id = fields.Many2one(
        "account.move",
        string="Retainer Invoice",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        help="The document that bills this entry. Correct it by adding an entry.",
    )
    retainer_tombstone_id = fields.Many2one(
        "retainer.tombstone",
        string="Accepted as Not Billed",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        help="The deleted document on which this entry was billed. A manager accepted that it is "
        "rightly not billed.",
    )
    retainer_non_billable = fields.Boolean(
        string="Not Counted",
        help="The time does not count against the retainer and is not billed by it.",
    )

    retainer_change_order_id = fields.Many2one(
        "retainer.change.order",
        string="Change Order",
        compute="_compute_retainer_change_order_id",
        store=True,
        readonly=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        help="The extra work this time belongs to: that of its task when the entry was made. It "
        "stays when the task moves in or out of scope later.",
    )
    retainer_billed_seconds = fields.Integer(
        string="Billed (seconds)",
        readonly=True,
        copy=False,
        help="Time of this entry of extra work that is on our invoices, as it was billed.",
    )
    retainer_corrects_id = fields.Many2one(
        "account.analytic.line",
        string="Corrects",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The counted entry that this one corrects.",
    )

    # What is not counted yet is what every run reads, and it stays small while history grows.
    _retainer_open_idx = models.Index(
        "(project_id, date) WHERE retainer_period_id IS NULL AND retainer_move_id IS NULL"
        " AND project_id IS NOT NULL"
    )

    def _auto_init(self):
        # No task has a change order yet when the module is installed: computing the field for all
        # the time ever recorded would take hours and find nothing.
        if not column_exists(self.env.cr, self._table, "retainer_change_order_id"):
            create_column(self.env.cr, self._table, "retainer_change_order_id", "int4")
        return super()._auto_init()

    @api.depends("task_id")
    def _compute_retainer_change_order_id(self):
        for entry in self:
            if not entry._retainer_is_counted():
                entry.retainer_change_order_id = entry.task_id.sudo().retainer_change_order_id

    @api.constrains("retainer_corrects_id", "project_id")
    def _check_retainer_corrects_id(self):
        for entry in self.filtered("retainer_corrects_id"):
            corrected = entry.retainer_corrects_id.sudo()
            if corrected == entry or corrected.project_id != entry.project_id:
                raise ValidationError(
                    self.env._(
                        "“%(entry)s” can only correct another time entry of its own project. "
                        "Choose one of %(project)s.",
                        entry=entry.name or "/",
                        project=entry.project_id.display_name,
                    )
                )

    def write(self, vals):
        named = [name for name in COUNTED_FIELDS if name in vals]
        if named:
            self._retainer_check_counted(lambda entry: entry._retainer_differs(vals, named))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_retainer_counted(self):
        self._retainer_check_counted()

    def _retainer_is_counted(self):
        self.ensure_one()
        return any(self.sudo()[name] for name in self._retainer_binding)

    def _retainer_check_counted(self, is_refused=None):
        for entry in self:
            if entry._retainer_is_counted() and (is_refused is None or is_refused(entry)):
                counted = entry.sudo()
                raise UserError(
                    self.env._(
                        "The time entry “%(entry)s” of %(date)s is counted on %(document)s and "
                        "cannot be changed or deleted. Add a correcting entry instead; its hours "
                        "may be negative.",
                        entry=counted.name or "/",
                        date=counted.date,
                        document=(
                            counted.retainer_move_id
                            or counted.retainer_period_id
                            or counted.retainer_tombstone_id
                        ).display_name
                        or self.env._("an invoice, in part,"),
                    )
                )

    # Odoo asks these two before it recomputes project, client or sales line of an entry, merges
    # it, or offers it for editing: a counted entry is as settled as one on an invoice.

    def _is_not_billed(self):
        return super()._is_not_billed() and not self._retainer_is_counted()

    def _get_timesheets_to_merge(self):
        return (
            super()
            ._get_timesheets_to_merge()
            .filtered(lambda entry: not entry._retainer_is_counted())
        )
