"""Settings from the environment; everything else is in the school's settings."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from unitsafe import clock
from unitsafe.core.blobs import write_whole

ROOT = Path(__file__).resolve().parent.parent
LEAST_PASSPHRASE = 12
"""Characters: whoever has a locked backup may try passphrases without limit. Source: product default."""
BUCKET = "s3://"


class ConfigError(Exception):
    """A setting is wrong; the text is one line that says which and how to mend it."""


@dataclass(frozen=True)
class Config:
    """What the environment says. Source: product.md §7.

    ``reminds``: whether the server sends reminders itself; off where `flask remind` runs by cron.
    ``backups_at``: another folder for the backups; ``backup_passphrase``: what locks them, or empty.
    ``https``: people open it by https:// only; ``proxies``: how many proxies of ours stand before
    it, each of which says whom it asks for; ``hosts``: the names it answers to, any when empty.
    ``log``: the file to log to instead of standard error.
    ``photos_at``: another folder for photos and files, or a bucket as ``s3://bucket/prefix``.
    """

    host: str
    port: int
    data: Path
    database_url: str
    now: datetime | None
    reminds: bool = True
    backups_at: Path | None = None
    backup_passphrase: str = field(default="", repr=False)
    https: bool = False
    proxies: int = 0
    hosts: tuple[str, ...] = ()
    log: Path | None = None
    photos_at: str = ""

    @property
    def bucket(self) -> str:
        """The bucket of the photos; empty when they lie in a folder."""
        return self.photos_at if self.photos_at.startswith(BUCKET) else ""

    @property
    def photos(self) -> Path:
        """Where photos lie; of those in a bucket copies that were needed lately."""
        if self.bucket:
            return self.data / "photos-copies"
        return Path(self.photos_at) if self.photos_at else self.data / "photos"

    @property
    def backups(self) -> Path:
        """Where backups go."""
        return self.backups_at or self.data / "backups"

    def told(self) -> dict[str, str]:
        """The variables of the environment that make this server, without secrets."""
        url = urlsplit(self.database_url)
        place = f"{url.scheme}://{url.hostname or ''}{url.path}"
        return {
            "HOST": self.host,
            "PORT": str(self.port),
            "UNITSAFE_DATA": str(self.data),
            "UNITSAFE_BACKUPS": str(self.backups),
            "UNITSAFE_PHOTOS": self.photos_at,
            "UNITSAFE_HTTPS": "on" if self.https else "off",
            "UNITSAFE_PROXIES": str(self.proxies),
            "UNITSAFE_HOSTS": ",".join(self.hosts),
            "UNITSAFE_REMIND": "on" if self.reminds else "off",
            "DATABASE_URL": place,
        }


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
        backups_at=_folder(environ.get("UNITSAFE_BACKUPS")),
        backup_passphrase=_passphrase(environ.get("UNITSAFE_BACKUP_PASSPHRASE") or ""),
        https=_switch("UNITSAFE_HTTPS", environ.get("UNITSAFE_HTTPS") or "off"),
        proxies=_proxies(environ.get("UNITSAFE_PROXIES") or "0"),
        hosts=_hosts(environ.get("UNITSAFE_HOSTS") or ""),
        log=_file(environ.get("UNITSAFE_LOG")),
        photos_at=_photos(environ.get("UNITSAFE_PHOTOS") or ""),
    )


def _folder(text: str | None) -> Path | None:
    return Path(text).expanduser().absolute() if text else None


def _passphrase(text: str) -> str:
    if text and len(text) < LEAST_PASSPHRASE:
        raise ConfigError(
            f"UNITSAFE_BACKUP_PASSPHRASE: give at least {LEAST_PASSPHRASE} characters"
        )
    return text


def _photos(text: str) -> str:
    if text.startswith(BUCKET):
        if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]+(/[A-Za-z0-9._/-]*)?", text):
            raise ConfigError(f"UNITSAFE_PHOTOS: {text!r} is not like s3://bucket/prefix")
        return text
    if "://" in text:
        raise ConfigError("UNITSAFE_PHOTOS: only a folder and s3://bucket/prefix are known")
    return str(Path(text).expanduser().absolute()) if text else ""


def _switch(name: str, text: str) -> bool:
    if text not in ("on", "off"):
        raise ConfigError(f"{name}: {text!r} is neither on nor off")
    return text == "on"


def _file(text: str | None) -> Path | None:
    return Path(text).expanduser().absolute() if text else None


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 <= int(text) <= 65535:
        raise ConfigError(f"PORT: {text!r} is not a port; give a number from 1 to 65535")
    return int(text)


def _proxies(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > 5:
        raise ConfigError(f"UNITSAFE_PROXIES: {text!r} is no number of proxies; give 0 to 5")
    return int(text)


def _hosts(text: str) -> tuple[str, ...]:
    hosts = tuple(name.lower() for part in text.split(",") if (name := part.strip()))
    for name in hosts:
        if not re.fullmatch(r"\.?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]", name):
            raise ConfigError(
                f"UNITSAFE_HOSTS: {name!r} is no name of a host; "
                "write names without http:// and port, with commas between them"
            )
    return hosts


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
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():
            part = file.with_suffix(f".{os.getpid()}.part")
            write_whole(part, secrets.token_hex(32).encode())
            try:
                os.link(part, file)  # unlike a rename never over the key of another process
            except FileExistsError:
                pass
            except OSError:  # a file system without links
                part.replace(file)
            finally:
                part.unlink(missing_ok=True)
        if file.stat().st_mode & 0o077 and os.name == "posix":  # as a copy or a restore left it
            file.chmod(0o600)
        return file.read_text().strip()
    except OSError as error:
        raise ConfigError(
            f"UNITSAFE_DATA: cannot write in {data} ({error.strerror}); choose another folder"
        ) from None
