"""A deterministic world from a seed: people, nights, and everything that can go wrong on the way.

The service's own code runs over the Odoo in memory, through the real door (JSON-2 over requests)
whose wire is ours: see ``docs/simulation.md``.
"""
