"""The composition root: the one place that ties settings, doors, pull, rules, plan and push.

observe ─▶ evaluate ─▶ diff ─▶ review ─▶ apply ─▶ verify, one company at a time. Nothing is kept
between two runs: each starts from what Odoo holds.
"""

from sync.pipeline.companies import CompanyRef
from sync.pipeline.errors import PipelineError
from sync.pipeline.looked import Looked, look
from sync.pipeline.service import Service, limits_of, opened

__all__ = [
    "CompanyRef",
    "Looked",
    "PipelineError",
    "Service",
    "limits_of",
    "look",
    "opened",
]
