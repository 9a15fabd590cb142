from odoo import api, models
from odoo.exceptions import UserError


class RetainerBoundMixin(models.AbstractModel):
    """A record that the service counts or bills once, by pointing it at a document.

    The gateway sets these fields; a person who could set them could hide work from billing, or
    have it billed twice.
    """

    _name = "retainer.bound.mixin"
    _description = "Record that the retainer service bills once"

    # The fields that point at the document.
    _retainer_binding = ("retainer_move_id",)

    @api.model_create_multi
    def create(self, vals_list):
        context = self.env.context
        self._retainer_refuse_binding(
            any(vals.get(name) for vals in vals_list for name in self._retainer_binding)
            or any(context.get(f"default_{name}") for name in self._retainer_binding)
        )
        return super().create(vals_list)

    def write(self, vals):
        self._retainer_refuse_binding(any(name in vals for name in self._retainer_binding))
        return super().write(vals)

    def _retainer_refuse_binding(self, named):
        if named and not self.env.su:
            labels = [self._fields[name].string for name in self._retainer_binding]
            raise UserError(
                self.env._(
                    "Only the billing service fills in %(fields)s. Leave it out.",
                    fields=" / ".join(labels),
                )
            )

    def _retainer_differs(self, vals, names):
        """Return whether ``vals`` would change one of the fields: a form may repeat a value."""
        self.ensure_one()
        for name in names:
            field = self._fields[name]
            new = field.convert_to_cache(vals[name], self, validate=False)
            old = field.convert_to_cache(self[name], self, validate=False)
            if field.type in ("float", "monetary"):
                if round((new or 0.0) - (old or 0.0), 6):
                    return True
            elif (new or False) != (old or False):
                return True
        return False
