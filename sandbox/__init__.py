"""A real Odoo 19 with PostgreSQL on this machine, for the demo, the tests and the benchmarks.

    with Sandbox.start() as box:
        database = box.clone("scenario")

Built once into a cache folder, then started in seconds; nothing is installed into the machine.
"""

from sandbox.databases import Database
from sandbox.errors import SandboxError
from sandbox.instance import Sandbox
from sandbox.odoo_tests import OdooTestRun

__all__ = ["Database", "OdooTestRun", "Sandbox", "SandboxError"]
