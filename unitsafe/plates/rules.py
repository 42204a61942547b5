"""What a plate says of a space, and how a code that was typed by hand is understood."""

import hashlib
import json

LINES = 3
"""Duty lines on a plate. Source: content/duties.yaml ``appointment.rules`` (职责三条)."""
OF_THE_GRID = ("grid_member", 1)
POST_OF_KIND = {
    "lab": ("lab_manager", 0),
    "lab_store": ("lab_manager", 0),
    "library": ("library_manager", 0),
    "computer_room": ("it_room_manager", 0),
    "dorm_building": ("dorm_keeper", 0),
    "dorm_room": ("dorm_keeper", 0),
    "kitchen": ("cook", 1),
    "gas_room": ("canteen_manager", 0),
    "fire_control_room": ("fire_control_operator", 0),
    "micro_station": ("micro_station_leader", 0),
    "gate": ("gatekeeper", 0),
    "electrical_room": ("electrician", 0),
    "pump_room": ("electrician", 0),
    "special_room": ("room_keeper", 0),
    "storeroom": ("room_keeper", 0),
    "office": ("room_keeper", 0),
}
"""Kind of space → the post whose statements its plate shows, from which one on; every other kind
shows what the grid's member does."""
READ_AS = {"O": "0", "Q": "0", "I": "1", "L": "1"}
"""Signs that people mistake for another."""
LONGEST_CODE = 12


def duty_source(kind: str) -> tuple[str, int]:
    """Post and first statement for the plate of a space of ``kind``."""
    return POST_OF_KIND.get(kind, OF_THE_GRID)


def typed_code(text: str) -> str:
    """A code as somebody typed it: capitals, without spaces and dashes; empty when it is none."""
    code = "".join(text.split()).replace("-", "").upper()
    return code if code.isascii() and code.isalnum() and 4 <= len(code) <= LONGEST_CODE else ""


def folded(code: str) -> str:
    """``code`` with the signs that are mistaken for one another made the same."""
    return "".join(READ_AS.get(sign, sign) for sign in code)


def label_hash(*texts: str) -> str:
    """The same for plates that say the same: a changed one is to be printed again."""
    return hashlib.sha256(json.dumps(texts, ensure_ascii=False).encode()).hexdigest()
