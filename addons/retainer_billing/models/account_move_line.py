from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools.sql import column_exists, create_column

from .gateway.batch import BATCH
from .gateway.matching import REVENUE


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    retainer_advance_id = fields.Many2one(
        "retainer.advance",
        string="Advance",
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        tracking=True,
        help="The client advance that this line on the customer advances account belongs to. "
        "Copied when the document is reversed, so that a credit note restores the advance.",
    )
    retainer_reconcile_line_id = fields.Many2one(
        "account.move.line",
        string="To Reconcile With",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The open line in the ledger that this one is reconciled with when it is posted.",
    )

    retainer_taxes = fields.Json(
        copy=False,
        readonly=True,
        help="What of an advance's tax goes with this line: tax and amount, in the document's "
        "currency and with the sign of its amount.",
    )

    def _auto_init(self):
        # No line has either when the module is installed; Odoo need not look through them all.
        for name in ("retainer_advance_id", "retainer_reconcile_line_id"):
            if not column_exists(self.env.cr, self._table, name):
                create_column(self.env.cr, self._table, name, "int4")
        return super()._auto_init()

    @api.model_create_multi
    def create(self, vals_list):
        self._retainer_refuse_service_fields(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        if self.env.context.get(BATCH) and not self._retainer_changed_by(vals):
            return True
        self._retainer_refuse_service_fields([vals])
        changed = self.browse()
        if "retainer_advance_id" in vals:
            changed = self.filtered(
                lambda line: (
                    line.parent_state == "posted"
                    and line.retainer_advance_id.id != (vals["retainer_advance_id"] or False)
                )
            )
            changed._retainer_check_link_editable()
        before = {line: line.retainer_advance_id for line in changed}
        result = super().write(vals)
        changed._retainer_log_link(before)
        return result

    def _retainer_changed_by(self, vals):
        """Say whether the values differ from what the lines hold, as Odoo itself compares them.

        Of the writes with which Odoo completes the lines of a new invoice, four in five change
        nothing, and each would look through the whole document for what follows from it.
        """
        moves = self.env["account.move"]
        return any(moves._field_will_change(line, vals, name) for line in self for name in vals)

    def _prepare_exchange_difference_move_vals(self, amounts_list, **kwargs):
        # What an advance pays is revenue at the rate at which the advance came in.
        result = super()._prepare_exchange_difference_move_vals(amounts_list, **kwargs)
        revenue = self.env.context.get(REVENUE) or {}
        for line, sequence in result["to_reconcile"] if result and revenue else ():
            result["move_values"]["line_ids"][sequence + 1][2].update(revenue.get(line.id, {}))
        return result

    def _copy_data_extend_business_fields(self, values):
        # A document that is reversed gives back to the advance; one that is duplicated does not
        # draw it again.
        result = super()._copy_data_extend_business_fields(values)
        values["retainer_advance_id"] = self.retainer_advance_id.id
        return result

    def _retainer_refuse_service_fields(self, vals_list):
        if self.env.su:
            return
        for name in ("retainer_reconcile_line_id", "retainer_taxes"):
            if any(vals.get(name) for vals in vals_list):
                raise UserError(
                    self.env._(
                        "%s: only the billing service writes this field, through its gateway. "
                        "Leave it out.",
                        name,
                    )
                )

    def _retainer_check_link_editable(self):
        """A posted line is linked by those who keep the advances, and never away from its draws."""
        if not self or self.env.su:
            return
        if not self.env.user.has_group("retainer_billing.group_manager"):
            raise AccessError(
                self.env._(
                    "The advance of a posted journal item is set by retainer managers. Ask one of "
                    "them."
                )
            )
        for line in self:
            if line.move_id.retainer_key:
                raise UserError(
                    self.env._(
                        "%(move)s was written by the billing service, which knows its advance. "
                        "Reverse the document instead of changing the advance.",
                        move=line.move_id.display_name,
                    )
                )
            if line.retainer_advance_id and (line.matched_debit_ids or line.matched_credit_ids):
                raise UserError(
                    self.env._(
                        "Something was drawn from this line of %(move)s on behalf of %(advance)s "
                        "already. Unreconcile it first, then change the advance.",
                        move=line.move_id.display_name,
                        advance=line.retainer_advance_id.display_name,
                    )
                )

    def _retainer_log_link(self, before):
        """Tell the advances which posted lines were linked to them or taken away."""
        for line in self:
            for advance, words in (
                (before[line], self.env._("was taken away from this advance")),
                (line.retainer_advance_id, self.env._("was linked to this advance")),
            ):
                if advance:
                    advance.sudo().message_post(
                        body=self.env._(
                            "%(line)s of %(move)s %(words)s by %(user)s.",
                            line=line.name or line.account_id.display_name,
                            move=line.move_id.display_name,
                            words=words,
                            user=self.env.user.display_name,
                        )
                    )

    @api.constrains("retainer_advance_id", "account_id", "partner_id", "currency_id")
    def _check_retainer_advance(self):
        for line in self:
            if line.retainer_advance_id:
                problem = line._retainer_advance_problem(line.retainer_advance_id.sudo())
                if problem:
                    raise ValidationError(
                        self.env._(
                            "The line %(line)s of %(move)s cannot belong to the advance "
                            "%(advance)s: %(problem)s",
                            line=line.name or line.account_id.display_name,
                            move=line.move_id.display_name,
                            advance=line.retainer_advance_id.sudo().name,
                            problem=problem,
                        )
                    )

    def _retainer_advance_problem(self, advance):
        """Say what is wrong with this line as part of the advance, and what to do; or nothing."""
        self.ensure_one()
        if advance.company_id != self.company_id:
            return self.env._(
                "the advance is of %(owner)s, the line is of %(company)s. Choose an advance of "
                "that company.",
                owner=advance.company_id.name,
                company=self.company_id.name,
            )
        if self.account_id not in self.company_id.sudo()._retainer_advance_accounts():
            return self.env._(
                "%s is no customer advances account. Put the line on the account that the settings "
                "name, or leave the advance empty.",
                self.account_id.display_name or self.env._("no account"),
            )
        if not self.partner_id:
            return self.env._("the line names no client. Set its partner first.")
        if self.partner_id.commercial_partner_id != advance.commercial_partner_id:
            return self.env._(
                "the advance is of %(owner)s, the line is of %(client)s. Choose an advance of this "
                "client.",
                owner=advance.commercial_partner_id.display_name,
                client=self.partner_id.commercial_partner_id.display_name,
            )
        if self.currency_id != advance.currency_id:
            return self.env._(
                "the advance is in %(owner)s, the line is in %(currency)s. Enter the line in "
                "%(owner)s.",
                owner=advance.currency_id.name,
                currency=self.currency_id.name,
            )
        return False

    @api.model
    def _timesheet_domain_get_invoiced_lines(self, sale_line_delivery):
        # Odoo's own sales invoicing must not take hours that a retainer has counted or billed,
        # also not after a credit note, which frees Odoo's link but never ours.
        return [
            *super()._timesheet_domain_get_invoiced_lines(sale_line_delivery),
            ("retainer_period_id", "=", False),
            ("retainer_move_id", "=", False),
            ("retainer_billed_seconds", "in", (False, 0)),
        ]

    def _retainer_content_values(self):
        self.ensure_one()
        values = {
            "kind": self.display_type,
            "product": self.product_id.id,
            "text": self.name or "",
            "account": self.account_id.id,
            "taxes": sorted(self.tax_ids.ids),
            "advance": self.retainer_advance_id.id,
        }
        if self.move_id.is_invoice():
            return {
                **values,
                "quantity": f"{self.quantity:.6f}",
                "price": f"{self.price_unit:.6f}",
                "discount": f"{self.discount:.6f}",
            }
        return {
            **values,
            "client": self.partner_id.id,
            "amount": f"{self.amount_currency:.6f}",
            "amount_company": f"{self.balance:.6f}",
        }
