"""Which models and fields there are; what is not here is refused as Odoo refuses it."""

from sync.odoo.errors import NotFound
from sync.odoo.gateway import Row
from sync.odoo.memory.fields import Field, Fields
from sync.odoo.memory.models import MODELS


def fields_of(model: str) -> Fields:
    """The fields of a model. Raises ``NotFound`` for a model Odoo does not have."""
    try:
        return MODELS[model]
    except KeyError:
        raise NotFound(f"the model {model!r} does not exist", model=model) from None


def field_of(model: str, name: str) -> Field:
    """One field. Raises ``NotFound`` where the model or the field is unknown."""
    try:
        return fields_of(model)[name]
    except KeyError:
        raise NotFound(f"Invalid field {name!r} on model {model!r}", model=model) from None


def blank(model: str) -> Row:
    """A row in which nothing was set yet."""
    return {name: field.empty for name, field in fields_of(model).items() if field.stored}
