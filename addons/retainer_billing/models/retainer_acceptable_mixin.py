from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

ACCEPTANCE_FIELDS = frozenset(
    {"retainer_accepted_on", "retainer_accepted_by", "retainer_accepted_reason"}
)


class RetainerAcceptableMixin(models.AbstractModel):
    """What the service wrote and a person changed, cancelled or deleted.

    Such a document is left alone and keeps its month open, until a manager says that it rightly
    stands so: who, when and why. What is missing of it then counts as settled.
    """

    _name = "retainer.acceptable.mixin"
    _description = "Document that may be accepted as it stands"

    retainer_accepted_on = fields.Datetime(string="Accepted On", readonly=True, copy=False)
    retainer_accepted_by = fields.Many2one(
        "res.users", string="Accepted By", readonly=True, copy=False
    )
    retainer_accepted_reason = fields.Char(
        string="Reason for Accepting",
        readonly=True,
        copy=False,
        help="Why what the service wrote is rightly not billed, or not in this form.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        named = any(vals.get(name) for vals in vals_list for name in ACCEPTANCE_FIELDS)
        named |= any(self.env.context.get(f"default_{name}") for name in ACCEPTANCE_FIELDS)
        self._retainer_refuse_acceptance(named)
        return super().create(vals_list)

    def write(self, vals):
        self._retainer_refuse_acceptance(ACCEPTANCE_FIELDS.intersection(vals))
        return super().write(vals)

    def _retainer_refuse_acceptance(self, named):
        if named and not self.env.su:
            raise UserError(
                self.env._(
                    "Who accepted a document, when and why is not entered by hand. Press Accept "
                    "and give the reason."
                )
            )

    def action_retainer_accept(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Accept as It Stands"),
            "res_model": "retainer.acceptance",
            "view_mode": "form",
            "target": "new",
            "context": {"default_res_model": self._name, "default_res_id": self.id},
        }

    def retainer_accept(self, reason):
        """Say that the documents rightly stand as they are. ``reason`` is kept with them."""
        self._retainer_check_manager()
        reason = (reason or "").strip()
        if not reason:
            raise UserError(
                self.env._("Give the reason: whoever audits the month asks why this is not billed.")
            )
        for record in self:
            record._retainer_check_acceptable()
            record.sudo().write(
                {
                    "retainer_accepted_on": fields.Datetime.now(),
                    "retainer_accepted_by": self.env.user.id,
                    "retainer_accepted_reason": reason,
                }
            )
            record._retainer_log(self.env._("Accepted as it stands: %s", reason))
        self._retainer_settle()

    def action_retainer_withdraw_acceptance(self):
        """Take an acceptance back: the service asks for what is missing again."""
        self._retainer_check_manager()
        self.filtered("retainer_accepted_on")._retainer_withdraw_acceptance()

    def _retainer_withdraw_acceptance(self):
        self._retainer_unsettle()
        self.sudo().write(dict.fromkeys(ACCEPTANCE_FIELDS, False))
        for record in self:
            record._retainer_log(self.env._("No longer accepted as it stands."))

    def _retainer_log(self, text):
        # A manager may read documents without the right to change them.
        self.sudo().message_post(body=text, author_id=self.env.user.partner_id.id)

    def _retainer_check_manager(self):
        self.check_access("read")
        if not self.env.su and not self.env.user.has_group("retainer_billing.group_manager"):
            raise AccessError(
                self.env._(
                    "Only a retainer manager decides what is rightly not billed. Ask one, or let "
                    "an administrator give you that group."
                )
            )

    def _retainer_check_acceptable(self):
        """Raise where there is nothing to accept."""
        raise NotImplementedError

    def _retainer_settle(self):
        """Follow up an acceptance."""

    def _retainer_unsettle(self):
        """Follow up an acceptance that is taken back."""
