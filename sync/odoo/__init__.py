"""The doors to Odoo: one protocol, two adapters over the network, one in memory.

Only this package knows HTTP. Everything it raises is a ``GatewayError``.
"""

from sync.odoo.errors import GatewayError
from sync.odoo.gateway import AdminGateway, Domain, Gateway, Row, ServerVersion

__all__ = ["AdminGateway", "Domain", "Gateway", "GatewayError", "Row", "ServerVersion"]
