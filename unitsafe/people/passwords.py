"""Password hashing and its rules."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
"""About 30 ms a check on a small machine. Source: OWASP password storage, argon2id minimum."""
LEAST_LENGTH = 8
_COMMON = frozenset({"12345678", "123456789", "1234567890", "password", "88888888", "11111111"})
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


def weakness(password: str, username: str = "") -> str | None:
    """Why a password may not be used, as a sentence; None when it may."""
    if len(password) < LEAST_LENGTH:
        return f"密码至少{LEAST_LENGTH}位。"
    if password.lower() in _COMMON or (username and username.lower() in password.lower()):
        return "这个密码太容易猜到，请换一个。"
    return None
