"""Runs inside Odoo: makes the scripts and style sheets of the usual pages ahead of the first visit.

Odoo stores them under a digest of their sources, so every copy of the database finds them made.
"""

from __future__ import annotations

from typing import Any

BUNDLES = (
    "web.assets_web",
    "web.assets_web_print",
    "web.assets_frontend",
    "web.assets_frontend_lazy",
    "web.assets_frontend_minimal",
    "web.report_assets_common",
)


def warm(env: Any) -> None:
    """Make both halves of every bundle."""
    for bundle in BUNDLES:
        for css in (True, False):
            assets = env["ir.qweb"]._get_asset_bundle(bundle, css=css, js=not css)
            if css:
                assets.css()
            else:
                assets.js()


if __name__ == "__main__":
    warm(globals()["env"])
