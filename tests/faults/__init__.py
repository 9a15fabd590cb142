"""Faults planted between, under and beside the service and a real Odoo, one cell of a table each.

    python -m tests.faults --trials 20 --page docs/faults.md

``cells`` names the faults and the points where they strike, ``trial`` makes one of them happen and
judges what is left, ``lab`` has the server, its database and the line that leads to it.
"""
