"""Where Odoo is and how to work with it: a file, overridden by environment variables.

What a company decides (accounts, journals, policies) is set in Odoo by finance. Here stands only
what the machine needs: the connection, the secret, limits and the log.
"""

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

PREFIX = "DRAWDOWN_"
CONFIG = "DRAWDOWN_CONFIG"
DEFAULT_FILE = Path("drawdown.toml")

Seconds = Annotated[float, Field(gt=0, le=3600)]

_ID = re.compile(r"[0-9]{1,10}")


class SettingsError(Exception):
    """A setting that cannot be used. One line: where it stands, what is wrong, what to do."""

    def __init__(self, where: str, problem: str, remedy: str) -> None:
        self.where = where
        self.problem = problem
        self.remedy = remedy
        super().__init__(" ".join(f"{where}: {problem}. {remedy}".split()))


class Settings(BaseSettings):
    """The service's settings. Every field is ``DRAWDOWN_<FIELD>`` in the environment."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    url: str
    """Address of Odoo, without a path: ``https://odoo.example.com``."""
    database: str = Field(min_length=1)
    login: str = ""
    """Login of the service user; only JSON-RPC needs it."""
    api_key: SecretStr | None = None
    api_key_file: Path | None = None
    """A file that holds the key and nothing else; keeps it out of process lists and this file."""
    protocol: Literal["auto", "json2", "jsonrpc"] = "auto"
    company: int | str | tuple[int | str, ...] = ()
    """Companies to work for, by id or name; empty = the only one the service user has."""

    connect_timeout: Seconds = 10.0
    read_timeout: Seconds = 120.0
    """Longest wait for an answer. A batch that takes longer is looked up before it is repeated."""
    attempts: int = Field(default=5, ge=1, le=20)
    """How often a call that may be repeated is tried in all."""
    ca_file: Path | None = None
    """Certificates to trust instead of the well-known ones, for a private authority."""
    use_proxy: bool = True
    """Whether HTTPS_PROXY and the like are honoured."""

    page_size: int = Field(default=2000, ge=1, le=10_000)
    """Records per read."""
    batch_size: int = Field(default=200, ge=1, le=2000)
    """Documents per write; one batch is one transaction in Odoo."""
    max_documents: int = Field(default=1000, ge=1)
    """A plan with more documents is refused unless it is forced."""
    max_total: Annotated[int, Field(ge=0)] = 0
    """A plan that invoices more than this, net, is refused unless forced; 0 = no limit."""
    lease_seconds: int = Field(default=600, ge=30, le=86_400)
    """How long a run holds its company without a sign of life."""

    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "warning"

    @field_validator("url")
    @classmethod
    def _plain_address(cls, url: str) -> str:
        parts = urlsplit(url.strip())
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("must be an address such as https://odoo.example.com")
        if parts.username or parts.password:
            raise ValueError("must not hold a login or password")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("must end after the host and port; Odoo lives at the top of its host")
        port = f":{parts.port}" if parts.port else ""
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        return f"{parts.scheme}://{host}{port}"

    @model_validator(mode="after")
    def _one_key(self) -> Self:
        if self.api_key and self.api_key_file:
            raise ValueError("api_key and api_key_file are both set; keep one of them")
        return self

    @property
    def companies(self) -> tuple[int | str, ...]:
        """Ids or names of the companies to work for; empty = the only one there is."""
        return self.company if isinstance(self.company, tuple) else (self.company,)

    def key(self) -> SecretStr:
        """The API key. Raises ``SettingsError`` where there is none or its file cannot be read."""
        if self.api_key and self.api_key.get_secret_value().strip():
            return SecretStr(self.api_key.get_secret_value().strip())
        if not self.api_key_file:
            raise SettingsError(
                "api_key", "no API key is set", f"Set api_key_file, or {PREFIX}API_KEY"
            )
        try:
            key = self.api_key_file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            problem = getattr(error, "strerror", None) or "is not text"
            raise SettingsError(
                f"api_key_file {self.api_key_file}", problem, "Let it name a readable file"
            ) from None
        if not key:
            raise SettingsError(
                f"api_key_file {self.api_key_file}", "is empty", "Write the API key into it"
            )
        return SecretStr(key)


def load(config: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the file and the environment, which wins.

    The file: ``config`` (the option ``--config``), else ``DRAWDOWN_CONFIG``, else
    ``drawdown.toml`` here, if there is one. Raises ``SettingsError``.
    """
    path = config or (Path(environment[CONFIG]) if environment.get(CONFIG) else None)
    named = path is not None
    path = path or DEFAULT_FILE
    if not named and not path.exists():
        return _build({}, "", None, environment)
    text = _read(path)
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number or a nesting without end, too
        line = re.search(r"at line (\d+)", str(error))
        number = line[1] if line else len(text.splitlines())
        raise SettingsError(
            f"{path}, line {number}",
            "this is not TOML",
            "Write name = value, text in quotes; drawdown.example.toml shows how",
        ) from None
    return _build(values, text, path, environment)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(
            str(path), "there is no such file", "Copy drawdown.example.toml and fill it in"
        ) from None
    except (OSError, ValueError) as error:  # a path with a null character, too
        problem = getattr(error, "strerror", None) or "is not UTF-8 text"
        raise SettingsError(str(path), problem, "Let it be a readable text file") from None


def _build(
    values: dict[str, Any], text: str, path: Path | None, environment: Mapping[str, str]
) -> Settings:
    class FromFile(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (read below, from the mapping)
            dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
            file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (init_settings, InitSettingsSource(settings_cls, init_kwargs=values))

    try:
        return FromFile(**_from(environment))
    except ValidationError as error:
        raise _explained(error, text, path, environment) from None


def _from(environment: Mapping[str, str]) -> dict[str, Any]:
    """The fields that the environment sets. Several companies are separated by commas."""
    found: dict[str, Any] = {}
    for name in Settings.model_fields:
        text = environment.get(f"{PREFIX}{name.upper()}", "")
        if text:
            found[name] = text
    if "company" in found:
        parts = [part.strip() for part in found["company"].split(",") if part.strip()]
        found["company"] = tuple(int(part) if _ID.fullmatch(part) else part for part in parts)
    return found


def _explained(
    error: ValidationError, text: str, path: Path | None, environment: Mapping[str, str]
) -> SettingsError:
    """The first thing that is wrong, in one line, without what was written there."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    first = min(found, key=lambda each: each["type"] != "extra_forbidden")
    name = str(first["loc"][0]) if first["loc"] else "settings"
    where = _place(name, text, path, environment)
    problem = first["msg"].removeprefix("Value error, ")
    match first["type"]:
        case "missing":
            return SettingsError(
                where, f"{name} is not set", f"Set it in the file or as {PREFIX}{name.upper()}"
            )
        case "extra_forbidden":
            near = difflib.get_close_matches(name, Settings.model_fields, n=1)
            remedy = f"Did you mean {near[0]}?" if near else "Remove it"
            return SettingsError(where, f"{name} is no setting", remedy)
    return SettingsError(
        where, f"{name}: {problem[0].lower()}{problem[1:]}", "drawdown.example.toml explains it"
    )


def _place(name: str, text: str, path: Path | None, environment: Mapping[str, str]) -> str:
    variable = f"{PREFIX}{name.upper()}"
    if environment.get(variable):
        return f"environment variable {variable}"
    if path is None:
        return f"no {DEFAULT_FILE} here"
    pattern = re.compile(rf"^\s*\[*['\"]?{re.escape(name)}\b")
    for number, line in enumerate(text.splitlines(), 1):
        if pattern.match(line):
            return f"{path}, line {number}"
    return str(path)
