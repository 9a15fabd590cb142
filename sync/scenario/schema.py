"""The format as a JSON schema, for editors that complete and check while one writes."""

import json
from typing import Any

from sync.scenario.model import Scenario


def schema_text() -> str:
    """The schema as it is to stand in its file."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_plain(Scenario.model_json_schema(by_alias=True)),
    }
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def _plain(schema: Any) -> Any:
    """The schema without what says nothing to a writer.

    Titles repeat the names; a field that may be left out need not be allowed to be null.
    """
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("default", "") is None:
        choices = [each for each in schema["anyOf"] if each != {"type": "null"}]
        rest = {name: each for name, each in schema.items() if name not in ("anyOf", "default")}
        schema = rest | (choices[0] if len(choices) == 1 else {"anyOf": choices})
    return {
        name: _plain(each)
        for name, each in schema.items()
        if name != "title" or isinstance(each, dict)
    }
