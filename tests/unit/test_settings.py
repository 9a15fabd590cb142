"""Settings: a file, the environment over it, and one clear line where something is wrong."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from sync.settings import Settings, SettingsError, load

EXAMPLE = Path(__file__).parents[2] / "config" / "drawdown.example.toml"
GOOD = 'url = "https://odoo.example.com"\ndatabase = "db"\n'


def write(folder: Path, text: str) -> Path:
    """A settings file."""
    path = folder / "drawdown.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_is_right() -> None:
    """What it sets is read; what it comments out are the defaults."""
    settings = load(EXAMPLE, {})
    assert settings.url == "https://odoo.example.com"
    assert settings.api_key_file == Path("/run/secrets/drawdown_api_key")
    commented = re.findall(r"^# ((?!company|ca_file)[a-z_]+ = .+)$", EXAMPLE.read_text(), re.M)
    assert len(commented) == 12
    defaults = {"url": settings.url, "database": "example"}
    assert Settings(**defaults, **tomllib.loads("\n".join(commented))) == Settings(**defaults)


def test_every_setting_is_in_the_example() -> None:
    """Nobody has to read the code."""
    text = EXAMPLE.read_text(encoding="utf-8")
    missing = [name for name in Settings.model_fields if f"{name} =" not in text]
    assert missing == ["api_key"]
    assert "DRAWDOWN_API_KEY" in text


def test_the_environment_wins(tmp_path: Path) -> None:
    """And alone is enough."""
    path = write(tmp_path, GOOD + "page_size = 10\nbatch_size = 20\n")
    settings = load(path, {"DRAWDOWN_PAGE_SIZE": "30", "DRAWDOWN_COMPANY": "1, Acme Ltd"})
    assert (settings.page_size, settings.batch_size) == (30, 20)
    assert settings.companies == (1, "Acme Ltd")


def test_where_the_file_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option, else the variable, else here, else none."""
    monkeypatch.chdir(tmp_path)
    environment = {"DRAWDOWN_URL": "https://a.example", "DRAWDOWN_DATABASE": "env"}
    assert load(None, environment).batch_size == 200
    write(tmp_path, GOOD + "batch_size = 3\n")
    assert load(None, {}).batch_size == 3
    other = tmp_path / "other.toml"
    other.write_text(GOOD + "batch_size = 4\n")
    assert load(None, {"DRAWDOWN_CONFIG": str(other)}).batch_size == 4
    assert load(tmp_path / "drawdown.toml", {"DRAWDOWN_CONFIG": str(other)}).batch_size == 3


@pytest.mark.parametrize(
    ("company", "companies"), [("", ()), ("company = 2", (2,)), ('company = "A"', ("A",)),
                               ('company = ["A", 3]', ("A", 3))]
)  # fmt: skip
def test_companies(tmp_path: Path, company: str, companies: tuple[int | str, ...]) -> None:
    """None, one or several, by id or name."""
    assert load(write(tmp_path, GOOD + company), {}).companies == companies


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://odoo.example.com/", "https://odoo.example.com"),
        ("http://localhost:8069", "http://localhost:8069"),
        ("http://[::1]:8069/", "http://[::1]:8069"),
        (" https://odoo.example.com ", "https://odoo.example.com"),
    ],
)
def test_addresses(tmp_path: Path, url: str, kept: str) -> None:
    """Kept without a slash at the end."""
    assert load(write(tmp_path, f'url = "{url}"\ndatabase = "d"'), {}).url == kept


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('url = "https://u:p@odoo.example.com"\ndatabase = "d"', 1, "must not hold a login"),
        ('url = "https://odoo.example.com/odoo"\ndatabase = "d"', 1, "must end after the host"),
        ('url = "odoo.example.com"\ndatabase = "d"', 1, "must be an address"),
        ('url = "ftp://odoo.example.com"\ndatabase = "d"', 1, "must be an address"),
        ('url = "https://a.example"\ndatabase = ""', 2, "database: "),
        (GOOD + "\npage_size = 0", 4, "page_size: "),
        (GOOD + 'page_size = "many"', 3, "page_size: "),
        (GOOD + "lease_seconds = 5", 3, "lease_seconds: "),
        (GOOD + 'protocol = "xmlrpc"', 3, "protocol: "),
        (GOOD + "pagesize = 5", 3, "Did you mean page_size?"),
        (GOOD + "[odoo]\nx = 1", 3, "odoo is no setting"),
        (GOOD + "page_size = ", 3, "this is not TOML"),
        ("url = https://a.example", 1, "this is not TOML"),
    ],
)
def test_what_is_wrong_and_where(tmp_path: Path, text: str, line: int, words: str) -> None:
    """One line: file, line, field, remedy."""
    path = write(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        load(path, {})
    message = str(caught.value)
    assert message.startswith(f"{path}, line {line}: ")
    assert words in message
    assert "\n" not in message


def test_what_is_missing(tmp_path: Path) -> None:
    """The file is named, the variable too."""
    with pytest.raises(SettingsError, match=r"drawdown\.toml: .*DRAWDOWN_URL"):
        load(write(tmp_path, 'database = "d"'), {})
    with pytest.raises(SettingsError, match="there is no such file"):
        load(tmp_path / "none.toml", {})
    with pytest.raises(SettingsError, match="directory"):
        load(tmp_path, {})


def test_nothing_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither file nor variables."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingsError, match=r"no drawdown\.toml here: url is not set"):
        load(None, {})


def test_wrong_in_the_environment(tmp_path: Path) -> None:
    """The variable is named, not the file."""
    with pytest.raises(SettingsError, match="environment variable DRAWDOWN_BATCH_SIZE: "):
        load(write(tmp_path, GOOD), {"DRAWDOWN_BATCH_SIZE": "9999"})


def test_binary_files(tmp_path: Path) -> None:
    """A file that is no text."""
    path = tmp_path / "drawdown.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="UTF-8"):
        load(path, {})


def test_the_key_is_never_shown(tmp_path: Path) -> None:
    """Not in a repr, not where something else is wrong, not where it is itself."""
    secret = "s3cr3t-canary"
    settings = load(write(tmp_path, GOOD + f'api_key = "{secret}"'), {})
    assert settings.key().get_secret_value() == secret
    assert secret not in f"{settings!r} {settings} {settings.model_dump()}"
    for text in (
        GOOD + f'api_key = "{secret}"\napi_key_file = "x"',
        GOOD + f'api_key = "{secret}',
        GOOD + f'api_key = ["{secret}"]',
        GOOD + f'api_key = "{secret}"\npage_size = 0',
    ):
        with pytest.raises(SettingsError) as caught:
            load(write(tmp_path, text), {})
        assert secret not in str(caught.value)
        assert caught.value.__suppress_context__


def test_key_files(tmp_path: Path) -> None:
    """Read when it is needed; a wrong one is named."""
    file = tmp_path / "key"
    settings = load(write(tmp_path, GOOD + f'api_key_file = "{file}"'), {})
    with pytest.raises(SettingsError, match="No such file"):
        settings.key()
    file.write_text("  \n")
    with pytest.raises(SettingsError, match="is empty"):
        settings.key()
    file.write_text("abc\n")
    assert settings.key().get_secret_value() == "abc"
    with pytest.raises(SettingsError, match="DRAWDOWN_API_KEY"):
        load(write(tmp_path, GOOD), {}).key()
