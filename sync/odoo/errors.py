"""One class per way in which Odoo can fail, each with its data.

Two facts decide what may follow. ``retryable``: the same call may succeed a moment later.
``unclear``: the server may have carried the call out although its answer never came; before such a
call is sent again, look up what it would have written.

Messages are for people: what happened and what to do. They never carry the server's traceback
(``debug``), nor a key: texts that come from outside pass through ``excerpt``.
"""

import re

_LONGEST = 300
_SECRET = re.compile(
    r"(?i)(bearer\s+|(?:authorization|api[_-]?key|passw(?:or)?d)['\"]?\s*[:=]\s*['\"]?)[^\s,;'\"]+"
)
_KEY_LIKE = re.compile(r"\b[0-9a-f]{32,}\b")


def excerpt(text: object, longest: int = _LONGEST) -> str:
    """The beginning of a text from outside, safe to show: one line, no key, no traceback.

    Nor anything that a terminal would act upon.
    """
    plain = str(text).partition("Traceback (most recent call last)")[0]
    plain = " ".join(plain[: longest * 4].split())
    plain = "".join(sign if sign.isprintable() else "·" for sign in plain)
    plain = _KEY_LIKE.sub("***", _SECRET.sub(r"\1***", plain))
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


class GatewayError(Exception):
    """A call to Odoo that gave no result.

    ``what`` says what happened, ``remedy`` what a person can do about it.
    """

    def __init__(
        self, what: str, *, remedy: str, retryable: bool = False, unclear: bool = False
    ) -> None:
        self.what = what
        self.remedy = remedy
        self.retryable = retryable
        self.unclear = unclear
        super().__init__(f"{what} {remedy}".strip())


class Unreachable(GatewayError):
    """No answer: refused, unknown name, TLS failure, timeout, connection lost on the way."""

    def __init__(
        self, what: str, *, unclear: bool = False, retryable: bool = True, remedy: str = ""
    ) -> None:
        super().__init__(
            what,
            remedy=remedy or "Check the url setting, the network and that Odoo is running.",
            retryable=retryable,
            unclear=unclear,
        )


class Overloaded(GatewayError):
    """The server or a proxy in front of it has no capacity now: 429, 502, 503, 504, lock conflicts.

    ``wait`` is the number of seconds the server asked for, where it asked.
    """

    def __init__(self, what: str, *, unclear: bool = False, wait: float | None = None) -> None:
        self.wait = wait
        super().__init__(
            what,
            remedy="Try again later; if it stays, look at the load of the Odoo server.",
            retryable=True,
            unclear=unclear,
        )


class Unauthorised(GatewayError):
    """The key or login is wrong, has expired or was revoked."""

    def __init__(self, what: str = "Odoo does not accept the API key.") -> None:
        super().__init__(
            what,
            remedy=(
                "Create a new API key for the service user in Odoo (those of ordinary users end"
                " after 90 days at most) and put it into the settings."
            ),
        )


class Forbidden(GatewayError):
    """The service user lacks a right. ``model`` and ``operation`` say which, where Odoo said so."""

    def __init__(self, message: str, *, model: str = "", operation: str = "") -> None:
        self.message = excerpt(message)
        self.model = model
        self.operation = operation
        right = f"{operation or 'use'} {model}" if model else "do this"
        super().__init__(
            f"The service user may not {right}: {self.message}",
            remedy="In Odoo's user settings, give it the sync service's group or the company.",
        )


class Rejected(GatewayError):
    """Odoo understood and refused: a ValidationError or UserError. ``message`` is Odoo's own."""

    def __init__(self, message: str, *, model: str = "", method: str = "") -> None:
        self.message = excerpt(message, 1000)
        self.model = model
        self.method = method
        super().__init__(
            f"Odoo refused {model}.{method}: {self.message}" if model else self.message,
            remedy="",
        )


class NotFound(GatewayError):
    """A model, method, field or record that this Odoo does not have."""

    def __init__(self, message: str, *, model: str = "", method: str = "") -> None:
        self.message = excerpt(message)
        self.model = model
        self.method = method
        super().__init__(
            f"Odoo does not have this: {self.message}",
            remedy="Install or update the module retainer_billing, then run the check again.",
        )


class Incompatible(GatewayError):
    """Not an Odoo, another major version than the one supported, or a module is missing."""

    def __init__(self, what: str, *, remedy: str) -> None:
        super().__init__(what, remedy=remedy)


class ServerFault(GatewayError):
    """Odoo failed inside (500) in a way that is neither a refusal nor a missing thing.

    ``name`` is the class of Odoo's exception. The transaction was rolled back.
    """

    def __init__(self, message: str, *, name: str, model: str = "", method: str = "") -> None:
        self.message = excerpt(message)
        self.name = name
        self.model = model
        self.method = method
        super().__init__(
            f"Odoo failed in {model}.{method} ({name}): {self.message}",
            remedy="See the log of the Odoo server at this time.",
        )


class BadAnswer(GatewayError):
    """An answer that is not what the protocol promises: no JSON, cut short, another shape."""

    def __init__(self, what: str, *, unclear: bool = True, retryable: bool = True) -> None:
        super().__init__(
            what,
            remedy="Check that the url setting leads to Odoo itself, not to a page in front of it.",
            retryable=retryable,
            unclear=unclear,
        )
