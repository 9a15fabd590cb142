from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError

# Written by the gateway only. A person who could set them could make the service believe
# that a document is its own, or that nobody touched it.
SERVICE_FIELDS = frozenset(
    {
        "retainer_key",
        "retainer_fingerprint",
        "retainer_content",
        "retainer_content_written",
        "retainer_changed",
        "retainer_explanation",
        "retainer_amendments_written",
        "retainer_pending_reconcile",
        "retainer_tally",
        "retainer_amount_written",
        "retainer_tax_amounts",
    }
)

# Most records that an explanation on a screen lists one by one.
SHOWN_RECORDS = 100


class RetainerKeyedMixin(models.AbstractModel):
    """A record that the service writes under a key of its own.

    The key is the identity and never holds content; the fingerprint stands for the content.
    """

    _name = "retainer.keyed.mixin"
    _description = "Record written by the retainer service"

    retainer_key = fields.Char(
        copy=False,
        readonly=True,
        help="Identity of this record for the billing service: company/engagement/role/period or "
        "source/revision. Unique per company, so that nothing is billed twice.",
    )
    retainer_fingerprint = fields.Char(
        copy=False,
        readonly=True,
        help="Digest of the content the service wrote. Same key and same fingerprint mean that "
        "there is nothing to do.",
    )
    retainer_explanation = fields.Json(
        string="Retainer Explanation (data)",
        copy=False,
        readonly=True,
        help="Which rules, records and numbers led to this document.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        # Leaving a field empty on a new record is what forms and imports do.
        named = {name for vals in vals_list for name in SERVICE_FIELDS if vals.get(name)}
        named |= {name for name in SERVICE_FIELDS if self.env.context.get(f"default_{name}")}
        self._retainer_refuse_service_fields(named)
        return super().create(vals_list)

    def write(self, vals):
        self._retainer_refuse_service_fields(SERVICE_FIELDS.intersection(vals))
        return super().write(vals)

    def unlink(self):
        tombstones = [
            record._retainer_tombstone_vals() for record in self.sudo() if record.retainer_key
        ]
        result = super().unlink()
        stones = self.env["retainer.tombstone"].sudo().create(tombstones)
        stones.filtered("retainer_accepted_on")._retainer_settle()
        return result

    def _retainer_refuse_service_fields(self, named):
        if named and not self.env.su:
            raise UserError(
                self.env._(
                    "%(fields)s: only the billing service writes these fields, through its "
                    "gateway. Leave them out.",
                    fields=", ".join(sorted(named)),
                )
            )

    def _retainer_render_explanation(self):
        """Return the explanation for people: a rule and its reason on a line each."""
        self.ensure_one()
        parts = self.retainer_explanation or []
        if not isinstance(parts, list):
            return False
        rows = Markup().join(
            Markup("<tr><td><b>%s</b></td><td>%s</td><td>%s</td></tr>")
            % (
                str(part.get("rule", "")).replace("_", " "),
                str(part.get("text", "")),
                self._retainer_describe_records(part.get("records") or []),
            )
            for part in parts
            if isinstance(part, dict)
        )
        return rows and Markup("<table class='table table-sm'>%s</table>") % rows

    @api.model
    def _retainer_describe_records(self, references):
        """Count the records an explanation names, and say what each of them contributed."""
        counted, said = {}, []
        for reference in references:
            model, _comma, rest = str(reference).partition(",")
            counted[model] = counted.get(model, 0) + 1
            number, _space, contributed = rest.partition(" ")
            if contributed:
                said.append(f"{number}: {contributed.removeprefix('(').removesuffix(')')}")
        summary = ", ".join(
            f"{number} × {self._retainer_model_label(model)}" for model, number in counted.items()
        )
        if len(said) > SHOWN_RECORDS:
            said[SHOWN_RECORDS:] = [self.env._("and %s more", len(said) - SHOWN_RECORDS)]
        return Markup("<div>%s</div>%s") % (
            summary,
            Markup().join(Markup("<div class='text-muted small'>%s</div>") % each for each in said),
        )

    @api.model
    def _retainer_model_label(self, model):
        if model == "account.analytic.line":
            return self.env._("Time Entry")
        return self.env[model]._description if model in self.env else model

    def _retainer_tombstone_vals(self):
        self.ensure_one()
        return {
            "key": self.retainer_key,
            "kind": self._name,
            "fingerprint": self.retainer_fingerprint,
            "company_id": self.company_id.id,
            "name": self.display_name,
            "res_id": self.id,
            "deleted_by": self.env.user.id,
        }
