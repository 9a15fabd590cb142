"""From a plan to Odoo: written once, whatever the line does, and read back."""

from sync.push.lease import Lease, LeaseHeld
from sync.push.push import BATCH_SIZE, Run, push
from sync.push.report import PushReport, Result, Status
from sync.push.verify import Difference, verify

__all__ = [
    "BATCH_SIZE",
    "Difference",
    "Lease",
    "LeaseHeld",
    "PushReport",
    "Result",
    "Run",
    "Status",
    "push",
    "verify",
]
