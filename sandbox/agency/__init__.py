"""Northlight, a sample agency: two dozen clients in the first quarter of 2025.

`agency.yaml` tells it in the format of the scenarios; `python -m sandbox.agency` loads it into a
running sandbox.
"""

from sandbox.agency.load import AS_OF, agency, live, load_agency

__all__ = ["AS_OF", "agency", "live", "load_agency"]
