from odoo.tests import new_test_user, tagged

from .common import RetainerCommon


@tagged("post_install", "-at_install")
class TestTimeEntry(RetainerCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.entries = cls.make_entries(2, 3)
        cls.other_project = cls.project.copy({"name": "Elsewhere"})
        cls.other_employee = cls.env["hr.employee"].create(
            {"name": "Other", "company_id": cls.company.id}
        )

    def bind_to_period(self):
        result = self.apply_one(
            self.period(values={"state": "closed"}, bind={"entries": self.entries.ids})
        )
        self.assert_status(result, "created")

    def test_a_counted_entry_is_settled(self):
        self.bind_to_period()
        self.assertEqual(self.entries.retainer_period_id, self.engagement.period_ids)
        changes = {
            "date": "2025-04-01",
            "unit_amount": 1,
            "project_id": self.other_project.id,
            "task_id": False,
            "employee_id": self.other_employee.id,
            "name": "Something else",
            "retainer_non_billable": True,
        }
        for name, value in changes.items():
            with (
                self.subTest(name),
                self.refused("Add a correcting entry instead"),
            ):
                self.entries[0].write({name: value})
        with self.refused("Add a correcting entry instead"):
            self.entries.unlink()

    def test_a_billed_entry_is_settled(self):
        self.apply_one(self.invoice(bind={"entries": self.entries.ids}))
        self.assertEqual(self.entries.retainer_move_id, self.move_of())
        with self.refused("is counted on"):
            self.entries.write({"unit_amount": 7})

    def test_a_form_may_repeat_the_values(self):
        self.bind_to_period()
        entry = self.entries[0]
        entry.write(
            {
                "date": "2025-03-10",
                "unit_amount": 2.0,
                "project_id": self.project.id,
                "employee_id": self.employee.id,
                "name": "Work 1",
            }
        )
        self.assertEqual(entry.unit_amount, 2)

    def test_a_correcting_entry_is_added(self):
        self.bind_to_period()
        correction = self.make_entries(-1.5, date="2025-03-10")
        self.assertFalse(correction.retainer_period_id)
        self.assertEqual(correction.unit_amount, -1.5)

    def test_moving_the_task_does_not_move_counted_time(self):
        self.bind_to_period()
        fresh = self.make_entries(1)
        self.task.project_id = self.other_project
        self.assertEqual(self.entries.project_id, self.project)
        self.assertEqual(fresh.project_id, self.other_project)

    def test_uncounted_time_stays_free(self):
        self.entries.write({"unit_amount": 4, "name": "Corrected"})
        self.entries[0].unlink()
        self.assertEqual(self.entries.exists().unit_amount, 4)

    def test_nobody_binds_by_hand(self):
        user = new_test_user(
            self.env,
            login="timesheets",
            groups="hr_timesheet.group_timesheet_manager,retainer_billing.group_manager",
        )
        self.apply_one(self.period())
        period = self.engagement.period_ids
        entry = self.entries[0].with_user(user)
        with self.refused("Only the billing service fills in"):
            entry.retainer_period_id = period
        with self.refused("Only the billing service fills in"):
            entry.copy({"retainer_period_id": period.id})
        with self.refused("Only the billing service fills in"):
            entry.with_context(default_retainer_period_id=period.id).copy()
        self.bind_via_sql(period)
        with self.refused("Only the billing service fills in"):
            entry.retainer_period_id = False

    def bind_via_sql(self, period):
        self.env.cr.execute(
            "UPDATE account_analytic_line SET retainer_period_id = %s WHERE id = %s",
            (period.id, self.entries[0].id),
        )
        self.entries.invalidate_recordset()

    def test_a_copy_is_not_counted(self):
        self.bind_to_period()
        self.assertFalse(self.entries[0].copy().retainer_period_id)
