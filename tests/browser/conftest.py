"""A real Chromium on a real Odoo with a small story in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from sandbox import Database, Sandbox
from sync.odoo.connect import connect_once
from sync.scenario.load import load
from sync.scenario.reading import read
from sync.scenario.run import play
from sync.settings import Settings

STORY = Path(__file__).parents[1] / "scenarios" / "agency_biggest_client.yaml"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def agency() -> Iterator[Database]:
    """The biggest client's March, as the service wrote it, on an Odoo with its pages made."""
    with Sandbox.start(pages=True) as box:
        there = box.clone("browser")
        _play(there)
        yield there


def _play(there: Database) -> None:
    admin = connect_once(Settings(url=there.url, database=there.name, api_key=there.admin_api_key))
    service = connect_once(
        Settings(url=there.url, database=there.name, api_key=there.service_api_key)
    )
    story = read(STORY)
    differences = list(play(load(admin, story), story, service))
    assert not differences, [str(each) for each in differences]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium."""
    path = shutil.which("chromium")
    assert path, "the browser tests need chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def signed_in(chromium: Browser, agency: Database, login: str) -> Iterator[Page]:
    """A page on which somebody is signed in."""
    page = chromium.new_page(viewport={"width": 1400, "height": 950})
    page.set_default_timeout(120_000)
    page.goto(f"{agency.url}/web/login?db={agency.name}")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", agency.passwords[login])
    page.click("button[type=submit]")
    page.wait_for_selector(".o_main_navbar")
    yield page
    page.close()


@pytest.fixture
def finance(chromium: Browser, agency: Database) -> Iterator[Page]:
    """A page on which finance is signed in."""
    with signed_in(chromium, agency, "finance") as page:
        yield page


@pytest.fixture
def consultant(chromium: Browser, agency: Database) -> Iterator[Page]:
    """A page of somebody who looks after clients and has no accounting rights."""
    with signed_in(chromium, agency, "consultant") as page:
        yield page
