from odoo import api, fields, models
from odoo.exceptions import UserError


class RetainerDecision(models.TransientModel):
    """Asks what becomes of the remainder of advances, and why."""

    _name = "retainer.decision"
    _description = "Decide on Advances"

    advance_ids = fields.Many2many("retainer.advance", string="Advances", required=True)
    single = fields.Boolean(compute="_compute_remaining")
    decision = fields.Selection("_selection_decision", required=True)
    date = fields.Date(
        string="Decided On",
        required=True,
        default=fields.Date.context_today,
        help="The day of the decision. Its entries are dated no earlier.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_remaining")
    remaining = fields.Monetary(string="Remains Now", compute="_compute_remaining")
    amount = fields.Monetary(
        help="How much of the remainder the decision is about. 0: all that remains."
    )
    note = fields.Text(
        string="Why", required=True, help="Reason and evidence, as an auditor will read them."
    )
    evidence_ids = fields.Many2many("ir.attachment")
    refundable = fields.Boolean(compute="_compute_remaining")

    @api.model
    def _selection_decision(self):
        return self.env["retainer.advance"]._fields["decision"]._description_selection(self.env)

    @api.depends("advance_ids")
    def _compute_remaining(self):
        for wizard in self:
            advances = wizard.advance_ids
            wizard.single = len(advances) == 1
            wizard.currency_id = advances.currency_id if len(advances.currency_id) == 1 else False
            wizard.remaining = sum(advances.mapped("remaining")) if wizard.currency_id else 0.0
            wizard.refundable = any(advances.mapped("refundable"))

    def action_apply(self):
        self.ensure_one()
        if not self.note.strip():
            raise UserError(self.env._("A decision needs a reason. Say why it was taken."))
        if self.amount and not self.single:
            raise UserError(
                self.env._("An amount is about one advance. Decide on them one by one.")
            )
        for advance in self.advance_ids:
            if self.currency_id and self.currency_id.compare_amounts(self.amount, 0) < 0:
                raise UserError(
                    self.env._("The amount of a decision cannot be negative. Enter 0 for all.")
                )
            if (
                self.decision != "undecided"
                and advance.currency_id.compare_amounts(self.amount, advance.remaining) > 0
            ):
                raise UserError(
                    self.env._(
                        "Only %(remaining)s remains of %(advance)s. Decide on no more than that.",
                        remaining=advance.currency_id.format(advance.remaining),
                        advance=advance.name,
                    )
                )
            self._decide(advance)
        return {"type": "ir.actions.act_window_close"}

    def _decide(self, advance):
        taken_back = self.decision == "undecided"
        evidence = self._evidence_of(advance)
        advance.write(
            {
                "decision": self.decision,
                "decision_by": not taken_back and self.env.user.id,
                "decision_on": not taken_back and self.date,
                "decision_amount": 0 if taken_back else self.amount,
                "decision_note": not taken_back and self.note.strip(),
                "decision_evidence_ids": [(6, 0, [] if taken_back else evidence.ids)],
            }
        )
        if not evidence and not taken_back:
            # Who, when and why are tracked on the advance itself.
            return
        label = dict(self._selection_decision())[self.decision]
        advance.message_post(
            body=self.env._(
                "%(decision)s, decided on %(date)s: %(note)s",
                decision=label,
                date=fields.Date.to_string(self.date),
                note=self.note.strip(),
            ),
            attachment_ids=evidence.ids,
        )

    def _evidence_of(self, advance):
        """Return the evidence as attachments of the advance, so that its readers may read them."""
        owner = {"res_model": advance._name, "res_id": advance.id}
        if self.single:
            self.evidence_ids.write(owner)
            return self.evidence_ids
        return self.env["ir.attachment"].browse(
            attachment.copy(owner).id for attachment in self.evidence_ids
        )
