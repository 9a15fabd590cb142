"""What there is in Odoo: its own models as far as they are used here, and the addon's.

``tests/contract/test_schema.py`` compares every field with the real server's.
"""

from sync.odoo.memory.fields import Fields, merged
from sync.odoo.memory.models.books import BOOKS
from sync.odoo.memory.models.extensions import EXTENSIONS
from sync.odoo.memory.models.orders import ORDERS
from sync.odoo.memory.models.people import PEOPLE
from sync.odoo.memory.models.products import PRODUCTS
from sync.odoo.memory.models.retainer import OWN
from sync.odoo.memory.models.work import WORK

MODELS: dict[str, Fields] = merged(PEOPLE, PRODUCTS, BOOKS, WORK, ORDERS, OWN, EXTENSIONS)
