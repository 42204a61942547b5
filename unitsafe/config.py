"""Settings from the environment; everything else is in the school's settings."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from unitsafe import clock
from unitsafe.core.blobs import write_whole

ROOT = Path(__file__).resolve().parent.parent


class ConfigError(Exception):
    """A setting is wrong; the text is one line that says which and how to mend it."""


@dataclass(frozen=True)
class Config:
    """What the environment says. Source: product.md §7.

    ``reminds``: whether the server sends reminders itself; off where `flask remind` runs by cron.
    """

    host: str
    port: int
    data: Path
    database_url: str
    now: datetime | None
    reminds: bool = True

    @property
    def photos(self) -> Path:
        """Where photos lie."""
        return self.data / "photos"

    @property
    def backups(self) -> Path:
        """Where backups go."""
        return self.data / "backups"


def read(environ: Mapping[str, str] = os.environ) -> Config:
    """The settings. Raises ConfigError for one that cannot be understood."""
    data = Path(environ.get("UNITSAFE_DATA") or ROOT / "instance").expanduser().absolute()
    url = environ.get("DATABASE_URL") or f"sqlite:///{(data / 'unitsafe.db').as_posix()}"
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            url = "postgresql+psycopg://" + url.removeprefix(prefix)
    if not url.startswith(("sqlite:", "postgresql+psycopg:")):
        raise ConfigError(
            "DATABASE_URL: only sqlite:///… and postgresql://… are known; "
            "leave it out to use SQLite in UNITSAFE_DATA"
        )
    return Config(
        host=environ.get("HOST") or "127.0.0.1",
        port=_port(environ.get("PORT") or "8000"),
        data=data,
        database_url=url,
        now=_moment(environ.get("UNITSAFE_NOW")),
        reminds=_switch("UNITSAFE_REMIND", environ.get("UNITSAFE_REMIND") or "on"),
    )


def _switch(name: str, text: str) -> bool:
    if text not in ("on", "off"):
        raise ConfigError(f"{name}: {text!r} is neither on nor off")
    return text == "on"


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 <= int(text) <= 65535:
        raise ConfigError(f"PORT: {text!r} is not a port; give a number from 1 to 65535")
    return int(text)


def _moment(text: str | None) -> datetime | None:
    if not text:
        return None
    try:
        return clock.parse(text)
    except ValueError:
        raise ConfigError(
            f"UNITSAFE_NOW: {text!r} is not an ISO time; write it like 2026-11-23T07:40"
        ) from None


def secret_key(data: Path) -> str:
    """The signing key of this installation, made on the first run and kept in the data folder."""
    file = data / "secret_key"
    try:
        data.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            write_whole(file, secrets.token_hex(32).encode())
        return file.read_text().strip()
    except OSError as error:
        raise ConfigError(
            f"UNITSAFE_DATA: cannot write in {data} ({error.strerror}); choose another folder"
        ) from None
