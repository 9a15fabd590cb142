from odoo import fields, models


class RetainerSyncRun(models.Model):
    """One run of the service. A running one holds the lease of its company."""

    _name = "retainer.sync.run"
    _description = "Retainer Sync Run"
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    state = fields.Selection(
        [("running", "Running"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="running",
        index=True,
    )
    as_of = fields.Date(readonly=True, help="The day the run looked at the books.")
    owner = fields.Char(readonly=True, help="Which installation of the service ran.")
    started_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    finished_at = fields.Datetime(readonly=True)
    lease_until = fields.Datetime(
        readonly=True, help="Until then no other run of the company may begin."
    )
    lease_seconds = fields.Integer(
        readonly=True, help="How long the lease lasts after each sign of life of the run."
    )
    lease_token = fields.Char(readonly=True, groups="base.group_system")
    lease_touches = fields.Integer(
        readonly=True,
        default=0,
        help="Counts the writes of the run: two at once collide, and who reads meanwhile sees it.",
    )
    checksum = fields.Char(readonly=True, help="Checksum of the plan.")
    created_count = fields.Integer(string="Created", readonly=True)
    unchanged_count = fields.Integer(string="Unchanged", readonly=True)
    conflict_count = fields.Integer(string="Conflicts", readonly=True)
    rejected_count = fields.Integer(string="Rejected", readonly=True)
    issue_count = fields.Integer(string="Issues", readonly=True)
    counters = fields.Json(string="Counters (data)", readonly=True)
    counters_text = fields.Text(string="Counters", compute="_compute_counters_text")
    log = fields.Text(readonly=True)

    # The database itself refuses a second running run of a company.
    _one_running = models.UniqueIndex(
        "(company_id) WHERE state = 'running'",
        "A run of this company is under way already.",
    )

    def _compute_counters_text(self):
        for run in self:
            counters = run.counters if isinstance(run.counters, dict) else {}
            run.counters_text = "\n".join(f"{name}: {value}" for name, value in counters.items())

    def _compute_display_name(self):
        for run in self:
            run.display_name = self.env._("Run %(id)s", id=run.id)
