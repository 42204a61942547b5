"""Password hashing and its rules."""

import re
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
"""About 30 ms a check on a small machine. Source: OWASP password storage, argon2id minimum."""
LEAST_LENGTH = 8
LEAST_BESIDE = 6
"""Characters that a password needs beside what others know of its owner and of the school."""
LEAST_BESIDE_PRODUCT = 4
"""The same beside the names of this product alone, which say nothing of its owner."""
PRODUCT = ("unitsafe", "校安网格", "xiaoanwangge")
_COMMON = Path(__file__).with_name("common_passwords.txt")
_PATTERNS = re.compile(r"(.{1,6}?)\1+|(19|20)\d{6}|1[3-9]\d{9}")
"""The same again and again; a birthday; the number of a mobile phone."""
_NOBODY = HASHER.hash("nobody")


def hash_password(password: str) -> str:
    """An argon2id hash. Call it outside a write: it takes its time on purpose."""
    return HASHER.hash(password)


def is_password(password: str, hashed: str | None) -> bool:
    """Whether ``password`` fits; takes as long for an unknown account as for a known one."""
    try:
        return HASHER.verify(hashed or _NOBODY, password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


def weakness(password: str, *known: str | None) -> str | None:
    """Why a password may not be used, as a sentence; None when it may. Any characters may be in it.

    ``known``: what others know: account, name and phone of its owner, names of the school.
    Source: OWASP ASVS 5.0, V6.2.
    """
    if len(password) < LEAST_LENGTH:
        return str(_("密码至少%(n)s位。", n=LEAST_LENGTH))
    plain = password.lower()
    if plain in _common() or _PATTERNS.fullmatch(plain) or _is_row(plain):
        return str(_("这个密码太容易猜到，请换一个。"))
    if _is_mostly_known(plain, known):
        return str(_("这个密码里大半是账号、姓名、电话、校名或程序名，太容易猜到，请换一个。"))
    return None


@lru_cache
def _common() -> frozenset[str]:
    """The 5000 commonest ones that are long enough, in lower case."""
    lines = _COMMON.read_text("utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("# "))


def _is_row(text: str) -> bool:
    """abcdefgh, 98765432: each sign is the one beside the last."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps in ({1}, {-1})


def _is_mostly_known(password: str, known: tuple[str | None, ...]) -> bool:
    """Whether too little is left without the words that others know."""
    if _without(password, known) != password:
        return len(_without(password, (*known, *PRODUCT))) < LEAST_BESIDE
    rest = _without(password, PRODUCT)
    return rest != password and len(rest) < LEAST_BESIDE_PRODUCT


def _without(password: str, known: tuple[str | None, ...]) -> str:
    words = sorted({word.lower() for word in known if word}, key=len, reverse=True)
    for word in words:
        if len(word) >= (3 if word.isascii() else 2):
            password = password.replace(word, "")
    return password
