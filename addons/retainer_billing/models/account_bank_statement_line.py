from odoo import models

from .gateway.batch import BATCH


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def action_undo_reconciliation(self):
        # Odoo asks for it with every write of a journal item, as a rule for no line at all, and
        # then goes through the deletion of no payment with everything that may hang on one.
        if not self and self.env.context.get(BATCH):
            return None
        return super().action_undo_reconciliation()
