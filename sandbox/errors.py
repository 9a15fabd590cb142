"""The one exception that callers of the sandbox have to know."""

from __future__ import annotations


class SandboxError(Exception):
    """Something the sandbox needs cannot be had.

    `what` names the thing that is missing or failed, `remedy` what the reader can do about it.
    The two make one line, so that a terminal, a pytest summary and a CI log all show it whole.
    """

    def __init__(self, what: str, remedy: str) -> None:
        self.what = " ".join(what.split())
        self.remedy = " ".join(remedy.split())
        super().__init__(f"{self.what.rstrip('.')}. {self.remedy}")
