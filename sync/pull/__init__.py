"""From Odoo to a snapshot: everything the rules need, read once, in a constant number of calls."""

from mappings.pulled import Pulled
from sync.pull.document import Standing, read_document
from sync.pull.errors import (
    CompanyNotFound,
    CompanyUnreadable,
    DocumentNotFound,
    PullError,
    SnapshotFileError,
)
from sync.pull.files import load, save
from sync.pull.pull import pull

__all__ = [
    "CompanyNotFound",
    "CompanyUnreadable",
    "DocumentNotFound",
    "PullError",
    "Pulled",
    "SnapshotFileError",
    "Standing",
    "load",
    "pull",
    "read_document",
    "save",
]
