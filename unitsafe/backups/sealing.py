"""A passphrase around a backup: ``lock.json`` and ``backup.zip.age`` in a zip of their own.

The passphrase becomes a key by Argon2id with the numbers in ``lock.json`` (a salt for each file), the
key's 32 bytes are an X25519 secret of the age format, and age encrypts and proves the backup in
portions, whatever its size. A key printed by ``identity`` opens the file with any age program, too.
"""

import json
import secrets
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import pyrage
from argon2.low_level import Type, hash_secret_raw

from unitsafe.backups.archive import UNREADABLE
from unitsafe.backups.rules import BackupError, Fault

LOCK, SEALED = "lock.json", "backup.zip.age"
MOST_LOCK = 4096
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
"""Digits of a text form of 5 bits each. Source: BIP 173."""


@dataclass(frozen=True)
class Lock:
    """How slowly a passphrase becomes a key; ``memory`` in KiB. Source: RFC 9106, second choice."""

    salt: str
    time: int = 3
    memory: int = 64 * 1024
    lanes: int = 4

    def __post_init__(self) -> None:
        """Refuse numbers with which a forged file would stop the machine."""
        if not (1 <= self.time <= 16 and 8 <= self.memory <= 1024 * 1024 and 1 <= self.lanes <= 16):
            raise ValueError("a lock that nobody made")


def identity(passphrase: str, lock: Lock) -> str:
    """The age key of a passphrase: AGE-SECRET-KEY-1…"""
    key = hash_secret_raw(
        passphrase.encode(),
        bytes.fromhex(lock.salt),
        time_cost=lock.time,
        memory_cost=lock.memory,
        parallelism=lock.lanes,
        hash_len=32,
        type=Type.ID,
    )
    return _bech32("age-secret-key-", key).upper()


def seal(plain: IO[bytes], target: IO[bytes], passphrase: str) -> None:
    """Write what ``plain`` holds to ``target``, locked. Raises OSError."""
    lock = Lock(secrets.token_hex(16))
    key = pyrage.x25519.Identity.from_str(identity(passphrase, lock))
    with zipfile.ZipFile(target, "w") as outer:
        outer.writestr(LOCK, json.dumps(asdict(lock)))
        with outer.open(SEALED, "w", force_zip64=True) as sealed:
            into = _Heard(sealed)
            try:
                pyrage.encrypt_io(plain, into, [key.to_public()])
            except pyrage.EncryptError as error:
                raise into.error or OSError(str(error)) from None


def is_sealed(file: IO[bytes]) -> bool:
    """Whether a passphrase locks the file; False for what is no zip at all."""
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as outer:
            return sorted(outer.namelist()) == sorted((LOCK, SEALED))
    except UNREADABLE:
        return False
    finally:
        file.seek(0)


@contextmanager
def opened(path: Path, passphrase: str, room: Path | None) -> Iterator[tuple[IO[bytes], bool]]:
    """The zip of the backup at ``path``, and whether it had to be unlocked: into a passing file in the
    folder ``room``.

    :raises BackupError: there is no such file, it is damaged, the passphrase is missing or wrong.
    """
    try:
        file = path.open("rb")
    except (FileNotFoundError, IsADirectoryError):
        raise BackupError(f"there is no file {path}", Fault.MISSING) from None
    with file:
        if not is_sealed(file):
            yield file, False
            return
        if not passphrase:
            line = f"{path.name} is locked with a passphrase; set UNITSAFE_BACKUP_PASSPHRASE"
            raise BackupError(line + " or add --passphrase", Fault.PASSPHRASE)
        with tempfile.TemporaryFile(dir=room, prefix=".unlocked-") as plain:
            _unseal(file, plain, passphrase, path.name)
            plain.seek(0)
            yield plain, True


def _unseal(file: IO[bytes], plain: IO[bytes], passphrase: str, name: str) -> None:
    into = _Heard(plain)
    try:
        with zipfile.ZipFile(file) as outer:
            if outer.getinfo(LOCK).file_size > MOST_LOCK:
                raise ValueError("its lock is too long")
            lock = Lock(**json.loads(outer.read(LOCK)))
            key = pyrage.x25519.Identity.from_str(identity(passphrase, lock))
            with outer.open(SEALED) as sealed:
                pyrage.decrypt_io(sealed, into, [key])
    except pyrage.DecryptError as error:
        if "matching keys" in str(error):
            line = f"the passphrase is not that of {name}"
            raise BackupError(line, Fault.PASSPHRASE) from None
        raise BackupError(f"{name} is damaged ({error})", Fault.DAMAGED) from None
    except (*UNREADABLE, OSError, ValueError, TypeError) as error:
        if into.error:
            raise into.error from None
        raise BackupError(f"{name} is damaged ({error})", Fault.DAMAGED) from None


class _Heard:
    """A file whose trouble with writing is kept: pyrage tells it as a text only."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.error: OSError | None = None

    def write(self, data: Any) -> int:
        try:
            return self.file.write(data)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        self.file.flush()


def _bech32(prefix: str, data: bytes) -> str:
    """``data`` as age writes keys. Source: BIP 173, section Bech32."""
    number = int.from_bytes(data, "big") << (-len(data) * 8) % 5
    count = -(-len(data) * 8 // 5)
    digits = [number >> 5 * place & 31 for place in reversed(range(count))]
    spread = [ord(sign) >> 5 for sign in prefix] + [0] + [ord(sign) & 31 for sign in prefix]
    check = _polymod([*spread, *digits, 0, 0, 0, 0, 0, 0]) ^ 1
    digits += [check >> 5 * place & 31 for place in reversed(range(6))]
    return f"{prefix}1" + "".join(BECH32[digit] for digit in digits)


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(
            (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
        ):
            check ^= generator if top >> bit & 1 else 0
    return check
