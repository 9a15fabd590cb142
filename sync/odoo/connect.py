"""The door to the Odoo of the settings: JSON-2 where the server has it, else JSON-RPC."""

import structlog

from sync.odoo.errors import Incompatible, NotFound
from sync.odoo.gateway import AdminGateway, Gateway
from sync.odoo.http import Http
from sync.odoo.json2 import Json2Gateway
from sync.odoo.jsonrpc import JsonRpcGateway
from sync.odoo.retry import Repeater, Retrying
from sync.odoo.version import ask_version, require_supported
from sync.settings import Settings


def connect(settings: Settings) -> Gateway:
    """A gateway that was tried: the version is right and the key is accepted.

    Calls that may be repeated are repeated. Raises ``GatewayError`` and ``SettingsError``.
    """
    repeat = Repeater(settings.attempts)
    return Retrying(repeat("connect", lambda: connect_once(settings)), repeat)


def connect_once(settings: Settings) -> AdminGateway:
    """The same door without repetition, with the administrator's methods."""
    http = Http(settings)
    try:
        require_supported(ask_version(http))
        return _door(settings, http)
    except BaseException:
        http.close()
        raise


def _door(settings: Settings, http: Http) -> AdminGateway:
    if settings.protocol == "jsonrpc":
        return JsonRpcGateway(settings, http)
    gateway = Json2Gateway(settings, http)
    try:
        gateway.call("res.users", "context_get", repeatable=True)
    except (Incompatible, NotFound):
        if settings.protocol == "json2" or not settings.login:
            raise
        structlog.get_logger("drawdown.odoo").info("no JSON-2 here, JSON-RPC is used")
        return JsonRpcGateway(settings, http)
    return gateway
