from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    retainer_unearned_account_id = fields.Many2one(
        related="company_id.retainer_unearned_account_id", readonly=False
    )
    retainer_advance_account_id = fields.Many2one(
        related="company_id.retainer_advance_account_id", readonly=False
    )
    retainer_breakage_account_id = fields.Many2one(
        related="company_id.retainer_breakage_account_id", readonly=False
    )
    retainer_income_account_id = fields.Many2one(
        related="company_id.retainer_income_account_id", readonly=False
    )
    retainer_split_noncurrent = fields.Boolean(
        related="company_id.retainer_split_noncurrent", readonly=False
    )
    retainer_unearned_noncurrent_account_id = fields.Many2one(
        related="company_id.retainer_unearned_noncurrent_account_id", readonly=False
    )
    retainer_advance_noncurrent_account_id = fields.Many2one(
        related="company_id.retainer_advance_noncurrent_account_id", readonly=False
    )
    retainer_journal_id = fields.Many2one(related="company_id.retainer_journal_id", readonly=False)
    retainer_invoice_journal_id = fields.Many2one(
        related="company_id.retainer_invoice_journal_id", readonly=False
    )
    retainer_post_policy = fields.Selection(
        related="company_id.retainer_post_policy", readonly=False
    )
    retainer_entry_post_policy = fields.Selection(
        related="company_id.retainer_entry_post_policy", readonly=False
    )
    retainer_po_policy = fields.Selection(related="company_id.retainer_po_policy", readonly=False)
    retainer_po_warning_days = fields.Integer(
        related="company_id.retainer_po_warning_days", readonly=False
    )
    retainer_stuck_after_days = fields.Integer(
        related="company_id.retainer_stuck_after_days", readonly=False
    )
    retainer_out_of_scope_day = fields.Integer(
        related="company_id.retainer_out_of_scope_day", readonly=False
    )
    retainer_close_after_days = fields.Integer(
        related="company_id.retainer_close_after_days", readonly=False
    )
    retainer_go_live_date = fields.Date(related="company_id.retainer_go_live_date", readonly=False)
    retainer_responsible_id = fields.Many2one(
        related="company_id.retainer_responsible_id", readonly=False
    )

    def action_retainer_create_default_accounts(self):
        self.company_id.retainer_create_default_accounts()
        return {"type": "ir.actions.client", "tag": "reload"}
