"""JSON-2: ``POST /json/2/<model>/<method>`` with a bearer key, one transaction per call."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sync.odoo.answers import error_of
from sync.odoo.errors import (
    BadAnswer,
    Forbidden,
    GatewayError,
    Incompatible,
    Overloaded,
    Rejected,
    Unauthorised,
)
from sync.odoo.gateway import Domain, Row, ServerVersion, Values
from sync.odoo.http import Answer, Http
from sync.odoo.rows import count_of, groups_of, ids_of, rows_of
from sync.odoo.version import ask_version, redirected
from sync.settings import Settings

UNCLEAR = (502, 504)
"""A proxy lost the server while it may have been at work."""


class Json2Gateway:
    """An ``AdminGateway`` over JSON-2. Sends each call once."""

    protocol = "json2"

    def __init__(self, settings: Settings, http: Http | None = None) -> None:
        self._http = http or Http(settings)
        self._key = settings.key()
        self._database = settings.database

    def __repr__(self) -> str:
        return f"Json2Gateway({self._http.url}, {self._database})"

    @property
    def calls(self) -> int:
        """See ``Gateway.calls``."""
        return self._http.sent

    def version(self) -> ServerVersion:
        """See ``Gateway.version``."""
        return ask_version(self._http)

    def search_read(
        self,
        model: str,
        domain: Domain,
        fields: Sequence[str],
        *,
        limit: int,
        order: str = "id asc",
    ) -> list[Row]:
        """See ``Gateway.search_read``."""
        names = list(fields) or ["id"]
        asked = {"domain": list(domain), "fields": names, "limit": limit, "order": order}
        return rows_of(self._post(model, "search_read", {**asked, "load": None}), model, names)

    def search_count(self, model: str, domain: Domain) -> int:
        """See ``Gateway.search_count``."""
        return count_of(self._post(model, "search_count", {"domain": list(domain)}), model)

    def read_group(
        self, model: str, domain: Domain, groupby: Sequence[str], aggregates: Sequence[str]
    ) -> list[Row]:
        """See ``Gateway.read_group``."""
        asked = {"domain": list(domain), "groupby": list(groupby), "aggregates": list(aggregates)}
        return groups_of(self._post(model, "formatted_read_group", asked), model)

    def call(self, model: str, method: str, *, repeatable: bool, **arguments: Any) -> Any:  # noqa: ARG002
        """See ``Gateway.call``."""
        return self._post(model, method, arguments)

    def close(self) -> None:
        """See ``Gateway.close``."""
        self._http.close()

    def create(self, model: str, rows: Sequence[Values]) -> list[int]:
        """See ``AdminGateway.create``."""
        answer = self._post(model, "create", {"vals_list": [dict(row) for row in rows]})
        return ids_of(answer, model, len(rows))

    def write(self, model: str, ids: Sequence[int], values: Values) -> None:
        """See ``AdminGateway.write``."""
        self._post(model, "write", {"ids": list(ids), "vals": dict(values)})

    def unlink(self, model: str, ids: Sequence[int]) -> None:
        """See ``AdminGateway.unlink``."""
        self._post(model, "unlink", {"ids": list(ids)})

    def call_on(self, model: str, ids: Sequence[int], method: str, **arguments: Any) -> Any:
        """See ``AdminGateway.call_on``."""
        return self._post(model, method, {"ids": list(ids), **arguments})

    def _post(self, model: str, method: str, arguments: Mapping[str, Any]) -> Any:
        answer = self._http.request(
            "POST",
            f"/json/2/{model}/{method}",
            body=arguments,
            headers={"X-Odoo-Database": self._database},
            key=self._key,
        )
        if answer.status == 200:
            try:
                return json.loads(answer.body)
            except (ValueError, RecursionError):
                raise BadAnswer(
                    f"The answer of {self._http.url} to {model}.{method} is not JSON."
                ) from None
        raise self._error(answer, model, method)

    def _error(self, answer: Answer, model: str, method: str) -> GatewayError:
        status, url = answer.status, self._http.url
        if 300 <= status < 400:
            return redirected(url, answer)
        if status == 401:
            return Unauthorised()
        if status in (429, 502, 503, 504):
            wait = _seconds(answer.headers.get("Retry-After", ""))
            return Overloaded(
                f"{url} answers {status}: it has no capacity now.",
                unclear=status in UNCLEAR,
                wait=wait,
            )
        data = _error_object(answer)
        if data is not None:
            return error_of(data, model=model, method=method)
        if status == 403:
            return Forbidden(f"a server in front of Odoo forbids {model}.{method}")
        if status == 404:
            return Incompatible(
                f"{url} has no database {self._database!r}, or no JSON-2.",
                remedy="Check the settings url and database.",
            )
        if status == 413:
            return Rejected("The request is too large for the server. Lower batch_size.")
        return BadAnswer(f"{url} answered {model}.{method} with {status} and no explanation.")


def _error_object(answer: Answer) -> Mapping[str, Any] | None:
    """Odoo's error object, where there is one."""
    try:
        data = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) and "name" in data else None


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() else None
