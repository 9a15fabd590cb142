"""What every value of the domain is made of."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, WrapValidator
from pydantic import ValidatorFunctionWrapHandler as Check


class Value(BaseModel):
    """A frozen record. Unknown fields are refused, so that a typing error cannot pass as data."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _no_float(raw: Any) -> Any:
    """Refuse binary floats: 0.1 + 0.2 is not 0.3 in an accountant's books."""
    if isinstance(raw, bool | float):
        raise ValueError(f"{raw!r} is not an exact number; give decimal text")
    return raw


Exact = Annotated[Decimal, BeforeValidator(_no_float)]
"""A Decimal that was never a float."""


def _as_built(raw: Any, check: Check) -> Any:
    """A tuple is what the rules built, taken as it is; a list comes from a file and is checked."""
    return raw if type(raw) is tuple else check(raw)


AS_BUILT = WrapValidator(_as_built)
"""For long tuples of plain numbers: checking and copying each number anew costs as much as working
it out, and the type checker has seen them already."""
