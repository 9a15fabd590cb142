"""A plan as text: to be read, mailed, kept and applied later."""

from pydantic import TypeAdapter, ValidationError

from sync.domain.keys import fingerprint
from sync.plan.changes import Plan

FORMAT = 1
_PLAN = TypeAdapter(dict)


class PlanFileError(ValueError):
    """The text is no plan, or not one that this version can read."""


def to_text(plan: Plan) -> str:
    """The plan as JSON, with its format and checksum."""
    return _PLAN.dump_json(
        {
            "format": FORMAT,
            "checksum": plan.checksum,
            "digest": _digest(plan),
            "plan": plan.model_dump(mode="json"),
        },
        indent=1,
    ).decode()


def _digest(plan: Plan) -> str:
    """Over everything in the file: the plan's own checksum leaves out what only explains."""
    return fingerprint(plan.model_dump(mode="json"))


def from_text(text: str) -> Plan:
    """The plan that the text holds; refuses another format, and a text edited by hand."""
    try:
        raw = _PLAN.validate_json(text)
        if raw.get("format") != FORMAT:
            raise PlanFileError(f"format {raw.get('format')!r} is not {FORMAT}; plan again")
        plan = Plan.model_validate(raw.get("plan"))
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise PlanFileError(f"not a plan file ({place or 'no JSON'}); plan again") from None
    if (plan.checksum, _digest(plan)) != (raw.get("checksum"), raw.get("digest")):
        raise PlanFileError("its checksum does not match its content; plan again")
    return plan
