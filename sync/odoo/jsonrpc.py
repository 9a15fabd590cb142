"""JSON-RPC through odoorpc, for an Odoo without JSON-2. Only ``execute_kw`` is used.

odoorpc writes every request into its debug log, with the key in it. Its loggers are silenced here
for good, whatever level anybody sets.
"""

import json
import logging
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from http.client import HTTPException
from typing import Any, TypeVar
from urllib.parse import urlsplit

import odoorpc
from odoorpc.error import InternalError, RPCError

from sync.odoo.answers import error_of
from sync.odoo.errors import (
    BadAnswer,
    GatewayError,
    Incompatible,
    Overloaded,
    Rejected,
    Unauthorised,
    Unreachable,
)
from sync.odoo.gateway import Domain, Row, ServerVersion, Values
from sync.odoo.http import Http
from sync.odoo.json2 import UNCLEAR
from sync.odoo.rows import count_of, groups_of, ids_of, rows_of
from sync.odoo.version import ask_version
from sync.settings import Settings, SettingsError

Result = TypeVar("Result")


class _Nothing(logging.Filter):
    """Lets no record through."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002
        """Drop it."""
        return False


_NOTHING = _Nothing()


def silence() -> None:
    """Keep odoorpc from logging anything: its records hold the key."""
    for name in ("odoorpc", "odoorpc.rpc", "odoorpc.rpc.jsonrpclib"):
        logging.getLogger(name).addFilter(_NOTHING)


silence()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the key elsewhere: it is an error."""

    def redirect_request(self, *_: Any) -> None:
        """Do not follow."""
        return


class JsonRpcGateway:
    """An ``AdminGateway`` over JSON-RPC. Sends each call once; logs in when it is made."""

    protocol = "jsonrpc"

    def __init__(self, settings: Settings, http: Http | None = None) -> None:
        if not settings.login:
            raise SettingsError("login", "JSON-RPC needs it", "Set the service user's login")
        silence()
        self._http = http or Http(settings)
        self._database = settings.database
        self._sent = 0
        parts = urlsplit(settings.url)
        secure = parts.scheme == "https"
        self._odoo = odoorpc.ODOO(
            parts.hostname,
            protocol="jsonrpc+ssl" if secure else "jsonrpc",
            port=parts.port or (443 if secure else 80),
            timeout=settings.read_timeout,
            version="19.0",  # asked for already; odoorpc would ask again
            opener=_opener(settings),
        )
        key = settings.key().get_secret_value()
        self._sent += 2
        self._guarded(
            lambda: self._odoo.login(settings.database, settings.login, key), "common", "login"
        )

    def __repr__(self) -> str:
        return f"JsonRpcGateway({self._http.url}, {self._database})"

    @property
    def calls(self) -> int:
        """See ``Gateway.calls``."""
        return self._sent + self._http.sent

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
        answer = self._execute(model, "search_read", [], {**asked, "load": None})
        return rows_of(answer, model, names)

    def search_count(self, model: str, domain: Domain) -> int:
        """See ``Gateway.search_count``."""
        answer = self._execute(model, "search_count", [], {"domain": list(domain)})
        return count_of(answer, model)

    def read_group(
        self, model: str, domain: Domain, groupby: Sequence[str], aggregates: Sequence[str]
    ) -> list[Row]:
        """See ``Gateway.read_group``."""
        asked = {"domain": list(domain), "groupby": list(groupby), "aggregates": list(aggregates)}
        return groups_of(self._execute(model, "formatted_read_group", [], asked), model)

    def call(self, model: str, method: str, *, repeatable: bool, **arguments: Any) -> Any:  # noqa: ARG002
        """See ``Gateway.call``."""
        return self._execute(model, method, [], arguments)

    def close(self) -> None:
        """See ``Gateway.close``."""
        self._odoo.logout()
        self._http.close()

    def create(self, model: str, rows: Sequence[Values]) -> list[int]:
        """See ``AdminGateway.create``."""
        answer = self._execute(model, "create", [[dict(row) for row in rows]], {})
        return ids_of(answer, model, len(rows))

    def write(self, model: str, ids: Sequence[int], values: Values) -> None:
        """See ``AdminGateway.write``."""
        self._execute(model, "write", [list(ids), dict(values)], {})

    def unlink(self, model: str, ids: Sequence[int]) -> None:
        """See ``AdminGateway.unlink``."""
        self._execute(model, "unlink", [list(ids)], {})

    def call_on(self, model: str, ids: Sequence[int], method: str, **arguments: Any) -> Any:
        """See ``AdminGateway.call_on``."""
        return self._execute(model, method, [list(ids)], arguments)

    def _execute(self, model: str, method: str, args: list[Any], named: dict[str, Any]) -> Any:
        json.dumps([args, named], allow_nan=False)  # a defect of the caller is not the server's
        self._sent += 1
        return self._guarded(
            lambda: self._odoo.execute_kw(model, method, args, named), model, method
        )

    def _guarded(self, send: Callable[[], Result], model: str, method: str) -> Result:
        """Send, and turn each of odoorpc's and urllib's failures into ours."""
        try:
            return send()
        except RPCError as error:
            raise self._rpc_error(error, model, method) from None
        except urllib.error.HTTPError as error:
            error.close()
            raise self._status_error(error.code, model, method) from None
        except HTTPException as error:
            if isinstance(error, OSError):
                raise self._line_error(error) from None
            raise BadAnswer(f"The answer of {self._http.url} was cut short.") from None
        except OSError as error:
            raise self._line_error(error) from None
        except (InternalError, LookupError, TypeError, AttributeError, ValueError, RecursionError):
            # odoorpc looks into an answer without looking at its shape first
            raise BadAnswer(
                f"The answer of {self._http.url} to {model}.{method} is not JSON-RPC."
            ) from None

    def _rpc_error(self, error: RPCError, model: str, method: str) -> GatewayError:
        info = error.info if isinstance(error.info, dict) else {}
        data = info.get("data")
        if isinstance(data, dict):
            if "does not exist" in str(data.get("message")) and "OperationalError" in str(
                data.get("name")
            ):
                return Incompatible(
                    f"{self._http.url} has no database {self._database!r}.",
                    remedy="Check the setting database.",
                )
            return error_of(data, model=model, method=method)
        if method == "login":
            return Unauthorised("Odoo does not accept the login with this API key.")
        return BadAnswer(f"Odoo answered {model}.{method} with an error without a name.")

    def _status_error(self, status: int, model: str, method: str) -> GatewayError:
        url = self._http.url
        if 300 <= status < 400:
            return Incompatible(
                f"{url} redirects elsewhere.", remedy="Set url to where Odoo itself is."
            )
        if status == 401:
            return Unauthorised()
        if status in (429, 502, 503, 504):
            return Overloaded(
                f"{url} answers {status}: it has no capacity now.", unclear=status in UNCLEAR
            )
        if status == 404:
            return Incompatible(f"{url} has no JSON-RPC.", remedy="Use protocol = json2.")
        if status == 413:
            return Rejected("The request is too large for the server. Lower batch_size.")
        return BadAnswer(f"{url} answered {model}.{method} with {status} and no explanation.")

    def _line_error(self, error: OSError) -> GatewayError:
        """Nothing was sent where the connection never came about; else it is unclear."""
        url = self._http.url
        cause = error.reason if isinstance(error, urllib.error.URLError) else error
        match cause:
            case ssl.SSLCertVerificationError():
                return Unreachable(
                    f"{url} shows a certificate that cannot be trusted.",
                    retryable=False,
                    remedy="Check the address; for a private authority, set ca_file.",
                )
            case ConnectionRefusedError():
                return Unreachable(f"{url} refuses the connection.")
            case socket.gaierror():
                return Unreachable(f"The name of {url} is not known.")
            case TimeoutError():
                return Unreachable(
                    f"{url} did not answer in time.",
                    unclear=True,
                    remedy="It may still be at work. Raise read_timeout, or lower batch_size.",
                )
        return Unreachable(f"The connection to {url} was lost.", unclear=True)


def _opener(settings: Settings) -> urllib.request.OpenerDirector:
    """No redirects, no cookies; certificates and proxies as the settings say."""
    context = ssl.create_default_context(cafile=settings.ca_file)
    handlers: list[urllib.request.BaseHandler] = [
        _NoRedirect(),
        urllib.request.HTTPSHandler(context=context),
    ]
    if not settings.use_proxy:
        handlers.append(urllib.request.ProxyHandler({}))
    return urllib.request.build_opener(*handlers)
