"""What every part of a scenario is made of."""

from pydantic import BaseModel, ConfigDict


class Entry(BaseModel):
    """A part of a scenario. Unknown fields are refused, so that no typing error passes as data."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    def written(self, name: str) -> bool:
        """Whether the file gives this field; one left out takes its default or is not checked."""
        return name in self.model_fields_set
