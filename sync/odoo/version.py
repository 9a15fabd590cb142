"""Which Odoo answers, asked without a key; and which ones this service can work with."""

import json
import re
from typing import Any

from sync.odoo.errors import BadAnswer, Incompatible, Overloaded, excerpt
from sync.odoo.gateway import ServerVersion
from sync.odoo.http import Answer, Http

SUPPORTED = 19


def ask_version(http: Http) -> ServerVersion:
    """The version from ``/web/version``, else from ``/web/webclient/version_info``.

    Raises ``Incompatible`` where neither is an Odoo's answer.
    """
    answer = http.request("GET", "/web/version")
    _refuse_redirect(http, answer)
    data = _json(answer)
    if isinstance(data, dict) and "version_info" in data:
        return _version(data["version_info"], data.get("version"))
    answer = http.request("POST", "/web/webclient/version_info", body={"params": {}})
    data = _json(answer)
    result = data.get("result") if isinstance(data, dict) else None
    if isinstance(result, dict) and "server_version_info" in result:
        return _version(result["server_version_info"], result.get("server_version"))
    if answer.status in (429, 502, 503, 504):
        raise Overloaded(f"{http.url} answers {answer.status}: it has no capacity now.")
    raise Incompatible(f"{http.url} does not answer like an Odoo.", remedy="Check the url setting.")


def require_supported(version: ServerVersion) -> None:
    """Raises ``Incompatible`` for any major version but the supported one."""
    if version.major != SUPPORTED:
        raise Incompatible(
            f"The server is Odoo {version.text}; this service works with Odoo {SUPPORTED}.",
            remedy="Use the release of Drawdown that is made for this Odoo.",
        )


def _refuse_redirect(http: Http, answer: Answer) -> None:
    if 300 <= answer.status < 400:
        raise redirected(http.url, answer)


def redirected(url: str, answer: Answer) -> Incompatible:
    """The error for a redirect, which is never followed: the key would travel with it."""
    target = re.match(r"https?://[^/?#@]+", answer.headers.get("Location", ""))
    to = target[0] if target else "another page"
    return Incompatible(f"{url} redirects to {to}.", remedy="Set url to where Odoo itself is.")


def _json(answer: Answer) -> Any:
    if answer.status != 200:
        return None
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def _version(info: Any, text: Any) -> ServerVersion:
    """From ``[19, 0, 0, "final", 0, ""]``; online versions are ``["saas~19", 1, …]``."""
    major = _number(info[0]) if isinstance(info, list) and len(info) > 1 else None
    if not major:
        raise BadAnswer("Odoo's version is not readable.", unclear=False, retryable=False)
    minor = _number(info[1])
    return ServerVersion(major, minor or 0, excerpt(text, 40))


def _number(part: Any) -> int | None:
    found = re.search(r"[0-9]{1,4}", part if isinstance(part, str) else repr(part)[:40])
    return int(found[0]) if found else None
