"""What tests of backups do to an installation and to the files it makes."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from tests.conftest import Clock
from unitsafe.backups.archive import seal_of
from unitsafe.core.db import db, writing
from unitsafe.school import services as schools
from unitsafe.school.models import School
from unitsafe.school.rules import Stage

Open = Callable[[str], Flask]


def stop(app: Flask) -> None:
    """The server of this installation has ended: nobody has its database open."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def found(app: Flask, name: str, now: Clock, photo: bytes = b"") -> Flask:
    """A school of that name, and a photo."""
    (data_of(app) / "unitsafe.db").write_bytes(app.config["SCHEMA"])
    with app.app_context(), writing() as session:
        schools.create_school(
            session,
            name=name,
            short_name="育新",
            stage=Stage.PRIMARY,
            flags={},
            is_sample=False,
            now=now(),
        )
    if photo:
        app.extensions["photos"].put(photo, ".jpg")
    return app


def data_of(app: Flask) -> Path:
    folder: Path = app.config["SETTINGS"].data
    return folder


def school_in(app: Flask) -> str | None:
    with app.app_context():
        school = db.session.get(School, 1)
        return school.name if school else None


def everything_in(folder: Path) -> dict[str, bytes]:
    """Name and content of every file, without the folder of SQLite's passing files."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rewrite(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """A zip like ``source`` whose files have gone through ``change``, closed as backups are."""
    with zipfile.ZipFile(source) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.comment = seal_of(files.get("manifest.json", b""))
    return target


def list_in_manifest(files: dict[str, bytes], name: str, content: bytes) -> None:
    """Add a file to a zip so that its manifest names it, too."""
    manifest = json.loads(files["manifest.json"])
    digest = hashlib.sha256(content).hexdigest()
    manifest["files"][name] = {"sha256": digest, "size": len(content)}
    files["manifest.json"], files[name] = json.dumps(manifest).encode(), content
