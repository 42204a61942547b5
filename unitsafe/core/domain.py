"""Words that all rules share; standard library only."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class RuleError(Exception):
    """A rule of the school forbids it.

    ``message`` is a sentence for the reader with ``%(name)s`` for ``values``; whoever shows it
    translates it (core.errors.sentence), so that rules need no framework.
    """

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message, self.values = message, values


class NotAllowed(RuleError):
    """Not this person: somebody else has to do it, and ``message`` says who."""


class Right(StrEnum):
    """What a post may do. Source: content/duties.yaml ``rights_glossary``."""

    CREATE_HAZARD = "create_hazard"
    FIX_ON_SPOT = "fix_on_spot"
    ASSIGN_IN_GRID = "assign_in_grid"
    ASSIGN_HAZARD = "assign_hazard"
    ASSIGN_ALL = "assign_all"
    DISPATCH_HAZARD = "dispatch_hazard"
    DISPATCH_URGENT = "dispatch_urgent"
    SET_DEADLINE = "set_deadline"
    ACCEPT_TASK = "accept_task"
    REPORT_DONE = "report_done"
    REQUEST_EXTENSION = "request_extension"
    RECHECK_HAZARD = "recheck_hazard"
    CLOSE_NORMAL = "close_normal"
    CLOSE_SERIOUS = "close_serious"
    CLOSE_MAJOR = "close_major"
    CONFIRM_MAJOR = "confirm_major"
    STOP_USE = "stop_use"
    COUNTERSIGN = "countersign"
    COUNTERSIGN_PATROL = "countersign_patrol"
    APPROVE_HOTWORK = "approve_hotwork"
    APPROVE_REPAIR_BUDGET = "approve_repair_budget"
    EDIT_GRID = "edit_grid"
    EDIT_BASIC_INFO = "edit_basic_info"
    EDIT_EQUIPMENT = "edit_equipment"
    EDIT_CHEMICAL_LEDGER = "edit_chemical_ledger"
    EDIT_DUTY_ROSTER = "edit_duty_roster"
    EDIT_MICRO_STATION = "edit_micro_station"
    SWAP_DUTY = "swap_duty"
    EMERGENCY_CALL = "emergency_call"
    EXPORT_LEDGER = "export_ledger"
    EXPORT_ALL = "export_all"
    RUN_ASSESSMENT = "run_assessment"
    SIGN_ASSESSMENT = "sign_assessment"
    REPORT_TO_TEACHER = "report_to_teacher"
    VIEW_ALL = "view_all"
    VIEW_AUDIT = "view_audit"
    MANAGE_SCHOOL = "manage_school"


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a person as the policy sees them, safe to keep across a rollback.

    ``leads``: ids of the grids the person leads, with all grids below them.
    ``keeps``: ids of the grids the person looks after as a member or helper, or for someone absent.
    ``signs``: ids of the grids whose walks wait for the person's signature: those of ``leads``
    below a block of theirs, not the whole school's.
    ``stands_in_for``: ids of the absent people whose deputy the person is today.
    """

    id: int
    name: str
    posts: frozenset[str] = frozenset()
    rights: frozenset[Right] = frozenset()
    leads: frozenset[int] = frozenset()
    keeps: frozenset[int] = frozenset()
    signs: frozenset[int] = frozenset()
    stands_in_for: frozenset[int] = frozenset()
    title: str = ""
    large_text: bool = False
    origin: str = field(default="", compare=False)

    @property
    def grids(self) -> frozenset[int]:
        """Every grid whose records this person sees."""
        return self.leads | self.keeps


def can(actor: Actor, rights: Right | Iterable[Right], grid_id: int | None = None) -> bool:
    """Whether ``actor`` holds one of ``rights`` where ``grid_id`` lies.

    Those who see the whole school use their rights everywhere; everybody else only in the grids
    they answer for. Without a grid the right alone decides.
    """
    wanted = {rights} if isinstance(rights, Right) else set(rights)
    if not wanted & actor.rights:
        return False
    return grid_id is None or Right.VIEW_ALL in actor.rights or grid_id in actor.grids
