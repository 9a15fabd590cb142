"""Frozen values of retainer billing. No I/O, no clock, no Odoo, no float."""
