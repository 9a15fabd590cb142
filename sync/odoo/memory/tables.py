"""Rows in memory with transactions: what PostgreSQL is to the real Odoo."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from sync.odoo.errors import NotFound
from sync.odoo.gateway import Row
from sync.odoo.memory.models import MODELS
from sync.odoo.memory.schema import blank, field_of, fields_of

Clock = Callable[[], datetime]


class Tables:
    """All rows, who asks, and what time it is.

    Rows hold stored fields only, in exact types (Decimal for money). Every change is noted, so that
    a failed call leaves nothing behind. Ids are never given twice, like a database sequence's.
    """

    def __init__(self, now: Clock) -> None:
        self._now = now
        self._rows: dict[str, dict[int, Row]] = {model: {} for model in MODELS}
        self._ids: dict[str, list[int]] = {model: [] for model in MODELS}
        self._last_id: dict[str, int] = defaultdict(int)
        self._undo: list[tuple[str, int, Row | None]] = []
        self._depth = 0
        self._index: dict[str, dict[str, dict[int, set[int]]]] = defaultdict(dict)
        self.user_id = 1
        self.company_id = 1
        self.elevated = False
        """Whether the addon's gateway is at work, with rights that no caller has."""
        self.numbers: dict[tuple[int, str], int] = {}
        """Highest number given per journal and prefix; forgotten when a name goes."""
        self.batching = False
        self.pending: dict[int, None] = {}
        """Moves whose totals are to be worked out before the call ends."""

    @property
    def now(self) -> datetime:
        """The moment, in UTC, without parts of a second, as Odoo stores it."""
        moment = self._now()
        moment = moment.astimezone(UTC) if moment.tzinfo else moment
        return moment.replace(microsecond=0, tzinfo=None)

    @property
    def stamp(self) -> str:
        """``now`` as Odoo writes it."""
        return f"{self.now:%Y-%m-%d %H:%M:%S}"

    @property
    def today(self) -> date:
        """The day of ``now``."""
        return self.now.date()

    def rows(self, model: str) -> dict[int, Row]:
        """The rows of a model by id. Not to be changed by the caller."""
        fields_of(model)
        return self._rows[model]

    def ids(self, model: str) -> list[int]:
        """The ids of a model, ascending. Not to be changed by the caller."""
        return self._ids[model]

    def last_id(self, model: str) -> int:
        """The highest id ever given to a record of a model."""
        return self._last_id[model]

    def row(self, model: str, record: int) -> Row:
        """One row. Raises ``NotFound`` when it does not exist or was deleted."""
        row = self.rows(model).get(record)
        if row is None:
            raise NotFound(
                "Record does not exist or has been deleted.\n"
                f"(Record: {model}({record},), User: {self.user_id})",
                model=model,
            )
        return row

    def insert(self, model: str, values: Row) -> int:
        """Add a row; its id."""
        self._last_id[model] += 1
        record = self._last_id[model]
        self._note(model, record, None)
        row: Row = {
            **blank(model),
            **values,
            "id": record,
            "create_date": self.stamp,
            "create_uid": self.user_id,
        }
        row["write_date"], row["write_uid"] = row["create_date"], row["create_uid"]
        self._replace(model, record, row)
        return record

    def update(self, model: str, record: int, values: Row, *, quietly: bool = False) -> None:
        """Change a row. ``quietly`` leaves its write date alone."""
        old = self.row(model, record)
        self._note(model, record, old)
        new = {**old, **values}
        if not quietly:
            new["write_date"], new["write_uid"] = self.stamp, self.user_id
        self._replace(model, record, new)

    def delete(self, model: str, record: int) -> None:
        """Remove a row."""
        self._note(model, record, self.row(model, record))
        self._replace(model, record, None)

    def referring(self, model: str, field: str, record: int) -> list[int]:
        """Ids of the rows whose many2one ``field`` is ``record``, ascending."""
        indexes = self._index[model]
        if field not in indexes:
            assert field_of(model, field).type == "many2one", f"{model}.{field}"
            indexes[field] = {}
            for each, row in self._rows[model].items():
                if row.get(field):
                    indexes[field].setdefault(row[field], set()).add(each)
        return sorted(indexes[field].get(record, ()))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; nested ones are savepoints."""
        mark = len(self._undo)
        self._depth += 1
        try:
            yield
        except BaseException:
            self._roll_back_to(mark)
            raise
        finally:
            self._depth -= 1
            if self._depth == 0:
                self._undo.clear()

    def _note(self, model: str, record: int, old: Row | None) -> None:
        assert self._depth > 0, "a change outside a transaction"
        self._undo.append((model, record, old))

    def _roll_back_to(self, mark: int) -> None:
        while len(self._undo) > mark:
            model, record, old = self._undo.pop()
            self._replace(model, record, old)

    def _replace(self, model: str, record: int, new: Row | None) -> None:
        """Put a row where another was, or none; keep ids in order and indexes right."""
        rows, ids = self._rows[model], self._ids[model]
        old = rows.get(record)
        if model == "account.move" and old and old["name"] not in (False, (new or {}).get("name")):
            self.numbers.clear()
        for field, index in self._index[model].items():
            before, after = (old or {}).get(field), (new or {}).get(field)
            if before != after:
                if before:
                    index[before].discard(record)
                if after:
                    index.setdefault(after, set()).add(record)
        if new is None:
            del rows[record]
            del ids[bisect_left(ids, record)]
            return
        rows[record] = new
        if old is None:
            insort(ids, record)
