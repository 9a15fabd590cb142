"""What was written is read back batch by batch: a run that stops has compared what it wrote."""

from test_waves import Agency

from sync.odoo.errors import Unauthorised
from sync.odoo.faults import after, fails


def test_a_run_that_stops_later_names_what_moved_in_an_earlier_batch() -> None:
    def script(request):
        if request.method != "apply":
            return None
        keys = [each["key"] for each in request.arguments["documents"]]
        if any("/fee/" in key for key in keys):
            return after(move_a_day)
        return fails(Unauthorised()) if fee() else None

    def fee() -> list[int]:
        rows = agency.odoo.tables.rows("account.move")
        return [each for each, row in rows.items() if row["retainer_role"] == "fee"]

    def move_a_day() -> None:
        with agency.odoo.tables.transaction():
            for each in fee():
                agency.odoo.tables.update("account.move", each, {"date": "2025-03-02"})

    agency = Agency(script, batch_size=1)
    report = agency.run()
    assert report.stopped
    assert ("date", "2025-03-01", "2025-03-02") in {
        (each.field, each.planned, each.actual) for each in report.differences
    }
