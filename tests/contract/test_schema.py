"""The Odoo in memory has no field that the real one lacks, and none of another type."""

import pytest
from contract_world import Door

from sync.odoo.memory.models import MODELS

REAL = pytest.param("json2", marks=pytest.mark.odoo)


@pytest.mark.parametrize("door", [REAL], indirect=True, scope="module")
@pytest.mark.parametrize("model", sorted(MODELS))
def test_fields_are_those_of_odoo(door: Door, model: str) -> None:
    """Compare with what the server says of itself."""
    asked = ["type", "relation", "selection", "required"]
    real = door.admin.call(model, "fields_get", repeatable=True, attributes=asked)
    for name, field in MODELS[model].items():
        there = real.get(name)
        assert there, f"{model}.{name} is not there"
        assert there["type"] == field.type, f"{model}.{name}"
        assert there.get("relation", "") == field.relation, f"{model}.{name}"
        if field.choices:
            assert {value for value, _ in there["selection"]} == set(field.choices), name
