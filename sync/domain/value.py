"""What every value of the domain is made of."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


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
