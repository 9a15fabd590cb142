"""One HTTP request and its honest failure: what is known of whether it reached the server."""

import ipaddress
import json
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import requests
import structlog
import urllib3
from pydantic import SecretStr
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from sync import __version__
from sync.odoo.errors import BadAnswer, Unreachable
from sync.settings import Settings

LARGEST_ANSWER = 256 * 1024 * 1024
"""Bytes; a page of the largest size stays far below."""

_CHUNK = 256 * 1024


class Answer(NamedTuple):
    """Status, headers and body of a response."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class BearerKey(AuthBase):
    """Puts the key on the request, and keeps ``.netrc`` from putting another one there."""

    def __init__(self, key: SecretStr) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header."""
        request.headers["Authorization"] = f"bearer {self._key.get_secret_value()}"
        return request


class Http:
    """A kept-alive connection to one server. Follows no redirects, keeps no cookies."""

    def __init__(self, settings: Settings) -> None:
        self.url = settings.url
        self.sent = 0
        self._timeouts = (settings.connect_timeout, settings.read_timeout)
        self._session = requests.Session()
        self._session.trust_env = settings.use_proxy
        self._session.verify = str(settings.ca_file) if settings.ca_file else True
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._session.headers["User-Agent"] = f"drawdown/{__version__}"
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=4, max_retries=0)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)
        warn_if_bare(settings.url)

    def request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        key: SecretStr | None = None,
    ) -> Answer:
        """Send a request and read the whole answer, whatever its status.

        Raises ``Unreachable`` (``unclear`` unless it is known that nothing was sent) and
        ``BadAnswer`` for an answer that is cut short or too large. A body that is not JSON's is a
        defect of the caller: TypeError or ValueError.
        """
        data = None if body is None else json.dumps(body, allow_nan=False).encode()
        told = {"Content-Type": "application/json"} if data else {}
        self.sent += 1
        try:
            with self._session.request(
                method,
                f"{self.url}{path}",
                data=data,
                headers={**told, **(headers or {})},
                auth=BearerKey(key) if key else _no_auth,
                timeout=self._timeouts,
                allow_redirects=False,
                stream=True,
            ) as response:
                return Answer(response.status_code, response.headers, self._read(response))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise self._failure(error) from None

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _read(self, response: requests.Response) -> bytes:
        parts, size = [], 0
        for part in response.iter_content(_CHUNK):
            size += len(part)
            if size > LARGEST_ANSWER:
                raise BadAnswer(
                    f"{self.url} sent more than {LARGEST_ANSWER >> 20} MiB in one answer.",
                    retryable=False,
                )
            parts.append(part)
        return b"".join(parts)

    def _failure(self, error: Exception) -> Unreachable | BadAnswer:
        match error:
            case requests.exceptions.SSLError():
                return Unreachable(
                    f"{self.url} shows a certificate that cannot be trusted.",
                    retryable=False,
                    remedy="Check the address; for a private authority, set ca_file.",
                )
            case requests.exceptions.ProxyError():
                return Unreachable(
                    f"The proxy on the way to {self.url} does not answer.",
                    remedy="Check HTTPS_PROXY, or set use_proxy = false.",
                )
            case requests.exceptions.ConnectTimeout():
                return Unreachable(f"{self.url} did not take the connection in time.")
            case requests.exceptions.ReadTimeout() | TimeoutError():
                return self._slow()
            case (
                requests.exceptions.ChunkedEncodingError()
                | requests.exceptions.ContentDecodingError()
            ):
                return BadAnswer(f"The answer of {self.url} was cut short.")
            case requests.exceptions.ConnectionError():
                return self._lost(error)
            case requests.exceptions.InvalidURL() | requests.exceptions.InvalidSchema():
                return Unreachable(f"{self.url} is no address to connect to.", retryable=False)
        return Unreachable(f"The connection to {self.url} was lost.", unclear=True)

    def _slow(self) -> Unreachable:
        return Unreachable(
            f"{self.url} did not answer within {self._timeouts[1]:g} seconds.",
            unclear=True,
            remedy="It may still be at work. Raise read_timeout, or lower batch_size.",
        )

    def _lost(self, error: requests.exceptions.ConnectionError) -> Unreachable:
        reason = getattr(error.args[0] if error.args else None, "reason", None)
        if isinstance(reason, urllib3.exceptions.NameResolutionError):
            return Unreachable(f"The name of {self.url} is not known.")
        if isinstance(reason, urllib3.exceptions.NewConnectionError):
            return Unreachable(f"{self.url} refuses the connection.")
        if isinstance(reason, urllib3.exceptions.ReadTimeoutError):
            return self._slow()
        return Unreachable(f"The connection to {self.url} was lost.", unclear=True)


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Send nothing, not even what ``.netrc`` holds."""
    return request


def warn_if_bare(url: str) -> None:
    """Warn once per connection where the key would travel in the open."""
    parts = urlsplit(url)
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        structlog.get_logger("drawdown.odoo").warning(
            "the key travels unencrypted", url=url, remedy="use https in the url setting"
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
