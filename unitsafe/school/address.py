"""Where phones open this installation: what QR codes and feeds say."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from unitsafe.core.security import own_root
from unitsafe.school.queries import the_school


def public_address() -> str:
    """http://host:port without a slash at the end: the school's setting, else as now opened."""
    school = the_school()
    return ((school.address if school else "") or own_root()).rstrip("/")


def reaches_phones(address: str) -> bool:
    """False for an address that only this very machine can open (localhost, 127.0.0.1)."""
    host = urlsplit(address).hostname or ""
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"
