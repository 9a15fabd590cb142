from odoo import api, fields, models
from odoo.exceptions import AccessError


class RetainerAlert(models.Model):
    """A notice that is raised once, as an activity of the account manager."""

    _name = "retainer.alert"
    _description = "Retainer Alert"
    _order = "state desc, id desc"
    _rec_name = "message"
    _check_company_auto = True

    key = fields.Char(required=True, readonly=True, help="An alert with the same key is the same.")
    retainer_fingerprint = fields.Char(readonly=True)
    retainer_explanation = fields.Json(readonly=True)
    kind = fields.Char(required=True, readonly=True, index=True)
    severity = fields.Selection(
        [("info", "Information"), ("warning", "Warning"), ("error", "Error")],
        required=True,
        default="warning",
        readonly=True,
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    engagement_id = fields.Many2one(
        "retainer.engagement", readonly=True, index=True, ondelete="cascade", check_company=True
    )
    partner_id = fields.Many2one(related="engagement_id.partner_id", store=True, string="Client")
    user_id = fields.Many2one(
        "res.users", string="Assigned To", compute="_compute_user_id", store=True
    )
    date = fields.Date(readonly=True, help="Day the alert is about.")
    message = fields.Text(required=True, readonly=True)
    res_model = fields.Char(string="Record Model", readonly=True)
    res_id = fields.Many2oneReference(string="Record", model_field="res_model", readonly=True)
    state = fields.Selection(
        [("open", "Open"), ("done", "Done")], required=True, default="open", index=True
    )
    dismissed_by = fields.Many2one(
        "res.users",
        readonly=True,
        help="Who marked it as done. The service does not open a dismissed alert again.",
    )
    activity_id = fields.Many2one("mail.activity", readonly=True, ondelete="set null")

    _key_unique = models.UniqueIndex(
        "(company_id, key)", "There is already an alert with this key in the company."
    )

    @api.depends("engagement_id.user_id", "company_id.retainer_responsible_id")
    def _compute_user_id(self):
        for alert in self:
            alert.user_id = (
                alert.engagement_id.user_id or alert.company_id.sudo().retainer_responsible_id
            )

    def _raise_activities(self):
        """Create the activity of each open alert that has none and knows whom to tell."""
        activity_type = self.env.ref(
            "retainer_billing.mail_activity_type_alert", raise_if_not_found=False
        )
        model_id = self.env["ir.model"]._get_id("retainer.engagement")
        pending = self.filtered(
            lambda alert: (
                alert.state == "open"
                and not alert.activity_id
                and alert.engagement_id
                and alert.user_id
            )
        )
        # quick_update: the nightly run must not send one email per notice.
        activities = (
            self.env["mail.activity"]
            .with_context(mail_activity_quick_update=True)
            .create(
                [
                    {
                        "res_model_id": model_id,
                        "res_id": alert.engagement_id.id,
                        "activity_type_id": activity_type.id if activity_type else False,
                        "summary": (alert.message or "")[:120],
                        "user_id": alert.user_id.id,
                        "date_deadline": fields.Date.context_today(alert),
                    }
                    for alert in pending
                ]
            )
        )
        for alert, activity in zip(pending, activities, strict=True):
            alert.activity_id = activity

    def _close_activities(self):
        self.activity_id.unlink()

    # What an alert says is the service's; people only decide whether it is dealt with.

    def action_done(self):
        alerts = self._for_decision()
        alerts.write({"state": "done", "dismissed_by": self.env.user.id})
        alerts._close_activities()

    def action_reopen(self):
        alerts = self._for_decision()
        alerts.write({"state": "open", "dismissed_by": False})
        alerts._raise_activities()

    def _for_decision(self):
        self.check_access("read")
        if not self.env.user.has_group("retainer_billing.group_user"):
            raise AccessError(
                self.env._("Ask a retainer user to mark the alert: it is theirs to deal with.")
            )
        return self.sudo()

    def action_open_record(self):
        self.ensure_one()
        model, res_id = self.res_model, self.res_id
        if not model or model not in self.env or not res_id:
            model, res_id = "retainer.engagement", self.engagement_id.id
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "res_id": res_id,
            "view_mode": "form",
        }
