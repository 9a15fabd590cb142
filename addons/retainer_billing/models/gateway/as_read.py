"""What the service read of the records that it binds, compared with what they are now.

People go on working between the service's look and its call. A document says what it was made of,
and is set aside where that is not so any more; the next run bills the record as it is then. The
call's transaction is repeatable read and writes every row that is compared here, so whoever changes
one meanwhile makes the database refuse the call, and Odoo repeats it and sees the change.
"""

import math

from .document import Refusal
from .readings import READ_OF, READINGS, plain, seconds_of
from .tally import TALLIES

STALE = "stale"
NEXT = "The next run bills it as it is now."
# A day: the longest increment to which time is rounded up.
LONGEST_INCREMENT = 24 * 60


def check(env, company, documents):
    """Refuse documents that were made of something else than what is there now."""
    records = _fetched(env, documents)
    most = _most_seconds(env, company, documents)
    added = {}
    for document in documents:
        if document.result:
            continue
        try:
            for name, rows in document.read.items():
                for ref, then in rows.items():
                    _compare(records[name][ref], READINGS[name], company, then)
            _check_parts(env, document, added, most)
        except Refusal as refusal:
            document.refuse(refusal.code, refusal.reason)
        else:
            added.update(
                ((name, ref), document.key)
                for name, parts in document.tally.items()
                for ref, _amount in parts
            )


def _fetched(env, documents):
    """Return the records by list and id, read with one query per list."""
    wanted = {}
    for document in documents:
        for name, rows in document.read.items():
            wanted.setdefault(name, set()).update(rows)
    found = {}
    for name, ids in wanted.items():
        records = env[READINGS[name].model].browse(ids).exists()
        records.fetch(READINGS[name].fields)
        found[name] = {record.id: record for record in records}
    return found


def _compare(record, reading, company, then):
    if reading.gone and (gone := reading.gone(record)):
        raise Refusal(STALE, f"{_named(record)} {gone} since it was read. {NEXT}")
    for column, value in zip(reading.columns, then, strict=True):
        now = column.now(record, company)
        if not column.same(now, value):
            raise Refusal(
                STALE,
                f"{_named(record)} was changed since it was read: {column.label} "
                f"{column.show(value)} → {column.show(now)}. {NEXT}",
            )


def _named(record):
    name = (record.display_name or "")[:200]
    return f"{record._description} {name} ({record._name},{record.id})"


# ---------------------------------------------------------------------- parts of records


def _check_parts(env, document, added, most):
    """Refuse parts beyond what there is, and parts of what this call adds to already."""
    own = document.record.retainer_tally or {} if document.tally and document.record else {}
    for name, parts in document.tally.items():
        model, field, _last = TALLIES[name]
        mine = dict(own.get(name, ()))
        for ref, amount in parts:
            record = env[model].browse(ref)
            if ref not in document.read.get(READ_OF[name], ()):
                raise Refusal(
                    "refused",
                    f"bind.{name} adds to {model},{ref}, and read.{READ_OF[name]} does not say "
                    f"what was read of it.",
                )
            if (name, ref) in added:
                raise Refusal(
                    STALE,
                    f"{_named(record)} is added to by {added[name, ref]} in the same call. {NEXT}",
                )
            total = record[field] - float(mine.get(ref, 0)) + float(amount)
            least, limit = LIMITS[name](record, most)
            if not least - 1e-6 <= total <= limit + 1e-6:
                raise Refusal(
                    "refused",
                    f"{_named(record)} would be billed for {plain(total)} in all, and there is "
                    f"{plain(limit)} of it.",
                )


def _most_seconds(env, company, documents):
    """Return (seconds, factor): how far rounding up and weighing may go beyond what was worked."""
    if not any(document.tally.get("entry_seconds") for document in documents):
        return 0, 1.0
    terms = [("engagement_id.company_id", "=", company.id)]
    [(increment,)] = env["retainer.terms"]._read_group(terms, [], ["time_increment:max"])
    rates = [("terms_id.engagement_id.company_id", "=", company.id)]
    [(factor,)] = env["retainer.role.rate"]._read_group(rates, [], ["factor:max"])
    return min(increment or 0, LONGEST_INCREMENT) * 60, max(factor or 0.0, 1.0)


def _limits_of_entry(entry, most):
    increment, factor = most
    worked = seconds_of(entry.unit_amount)
    limit = math.ceil((abs(worked) + increment) * factor)
    return (-limit, 0) if worked < 0 else (0, limit)


def _limits_of_purchase(line, _most):
    return 0, max(line.product_qty, line.qty_received, line.qty_invoiced)


LIMITS = {"entry_seconds": _limits_of_entry, "purchases": _limits_of_purchase}
