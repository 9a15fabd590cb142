"""Drawdown's sync service: observe Odoo, evaluate the rules, show the plan, apply it, verify it."""

__version__ = "0.1.0"
