"""The liability accounts looked at as an auditor does: what stands there, and whether it ties.

``ledger`` reads them, in a number of calls that does not grow with history; everything else here
is computed from what was read, and nothing is ever written.
"""

from sync.books.check import check_books
from sync.books.foreign import Foreign, Strange
from sync.books.tie import BooksReport, Tie

__all__ = ["BooksReport", "Foreign", "Strange", "Tie", "check_books"]
