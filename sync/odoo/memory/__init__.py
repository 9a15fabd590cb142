"""An Odoo in memory: enough of the real one for the service's tests, simulations and dry exercises.

It is a fake, not a copy. The contract suite in ``tests/contract`` runs over it and over the real
server, and compares its schema with the real one, so that it cannot lie about what it has.
"""

from sync.odoo.memory.gateway import MemoryGateway
from sync.odoo.memory.odoo import MemoryOdoo

__all__ = ["MemoryGateway", "MemoryOdoo"]
