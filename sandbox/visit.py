"""The first visit to a fresh database, made before a person makes it.

Odoo loads a database's modules at the first request and makes the scripts and style sheets that
the addon added to at the first page: seconds that belong to the start.
"""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from http.cookiejar import CookieJar

from sandbox.databases import Database
from sandbox.errors import SandboxError

_ASSET = re.compile(r'(?:href|src)="(/web/assets/[^"]+)"')


def first_visit(database: Database) -> None:
    """Open the login page, log in as admin and open the first page, with all they link to."""
    cookies = urllib.request.HTTPCookieProcessor(CookieJar())
    # No proxy stands between this machine and itself.
    browser = urllib.request.build_opener(cookies, urllib.request.ProxyHandler({}))
    try:
        _open(browser, database, f"/web/login?db={database.name}")
        _log_in(browser, database)
        _open(browser, database, "/odoo")
    except (urllib.error.URLError, OSError) as error:
        raise SandboxError(
            f"Odoo's first page could not be opened: {error}", "See `python -m sandbox logs`."
        ) from error


def _open(browser: urllib.request.OpenerDirector, database: Database, path: str) -> None:
    with browser.open(database.url + path, timeout=120) as answer:
        page = answer.read().decode()
    for asset in _ASSET.findall(page):
        with browser.open(database.url + asset, timeout=120) as answer:
            answer.read()


def _log_in(browser: urllib.request.OpenerDirector, database: Database) -> None:
    call = {
        "jsonrpc": "2.0",
        "params": {
            "db": database.name,
            "login": database.admin_login,
            "password": database.admin_password,
        },
    }
    request = urllib.request.Request(
        f"{database.url}/web/session/authenticate",
        data=json.dumps(call).encode(),
        headers={"Content-Type": "application/json"},
    )
    with browser.open(request, timeout=120) as answer:
        if "error" in json.load(answer):
            raise SandboxError(
                "The sandbox's admin could not log in", "See `python -m sandbox logs`."
            )
