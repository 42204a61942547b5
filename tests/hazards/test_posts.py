"""Every post and part before a hazard in every condition: what it may do, written out."""

import pytest

from unitsafe import content
from unitsafe.core.domain import Actor, NotAllowed, Right
from unitsafe.hazards.rules import TRANSITIONS, Card, Facts, Level, State, open_actions, refusal

POST = {
    "holder": "homeroom_teacher",
    "finder": "subject_teacher",
    "leader": "grid_leader",
    "officer": "safety_officer",
    "director": "safety_director",
    "manager": "vice_principal_safety",
    "principal": "principal",
    "inspector": "inspector",
}
"""The holder has to fix it and fixed it, the finder found it, the director follows the major one."""
NUMBER = {part: number for number, part in enumerate(POST, 1)}

TABLE = """
reported   holder    -
reported   finder    -
reported   leader    dispatch fix_on_spot stop_use reject
reported   officer   dispatch fix_on_spot stop_use escalate reject
reported   director  dispatch fix_on_spot stop_use escalate reject
reported   manager   dispatch stop_use escalate reject
reported   principal dispatch stop_use escalate supervise reject
reported   inspector -
assigned   holder    report_done request_extension
assigned   finder    -
assigned   leader    dispatch fix_on_spot stop_use transfer reject
assigned   officer   dispatch fix_on_spot stop_use escalate transfer reject
assigned   director  dispatch fix_on_spot stop_use escalate transfer reject
assigned   manager   dispatch stop_use escalate transfer reject
assigned   principal dispatch stop_use escalate supervise transfer reject
assigned   inspector -
asking     holder    report_done
asking     finder    -
asking     leader    dispatch fix_on_spot stop_use transfer reject
asking     officer   dispatch fix_on_spot grant_extension refuse_extension stop_use escalate transfer reject
asking     director  dispatch fix_on_spot grant_extension refuse_extension stop_use escalate transfer reject
asking     manager   dispatch grant_extension refuse_extension stop_use escalate transfer reject
asking     principal dispatch grant_extension refuse_extension stop_use escalate supervise transfer reject
asking     inspector -
late       holder    report_done request_extension
late       finder    -
late       leader    dispatch fix_on_spot stop_use transfer reject
late       officer   dispatch fix_on_spot stop_use escalate transfer reject
late       director  dispatch fix_on_spot stop_use escalate transfer reject
late       manager   dispatch stop_use escalate transfer lift_card reject
late       principal dispatch stop_use escalate supervise transfer lift_card reject
late       inspector -
rectified  holder    -
rectified  finder    -
rectified  leader    close send_back stop_use
rectified  officer   recheck send_back stop_use escalate
rectified  director  close send_back stop_use escalate
rectified  manager   close send_back stop_use escalate
rectified  principal close send_back stop_use escalate supervise
rectified  inspector -
serious    holder    -
serious    finder    -
serious    leader    recheck send_back stop_use
serious    officer   recheck send_back stop_use escalate
serious    director  recheck send_back stop_use escalate
serious    manager   close send_back downgrade stop_use escalate
serious    principal close send_back downgrade stop_use escalate supervise
serious    inspector -
suspected  holder    report_done request_extension
suspected  finder    -
suspected  leader    dispatch stop_use transfer
suspected  officer   dispatch stop_use escalate transfer
suspected  director  dispatch stop_use escalate transfer
suspected  manager   dispatch confirm_major downgrade stop_use escalate transfer
suspected  principal dispatch confirm_major downgrade stop_use escalate supervise transfer
suspected  inspector -
major      holder    report_done request_extension progress
major      finder    -
major      leader    dispatch transfer
major      officer   dispatch escalate escalation_reply transfer
major      director  dispatch escalate escalation_reply progress transfer
major      manager   dispatch downgrade escalate escalation_reply transfer
major      principal dispatch downgrade escalate escalation_reply supervise transfer
major      inspector -
major_done holder    -
major_done finder    -
major_done leader    recheck send_back
major_done officer   recheck send_back escalate
major_done director  recheck send_back escalate
major_done manager   recheck send_back downgrade resume_use escalate
major_done principal close send_back downgrade resume_use escalate supervise
major_done inspector -
outside    holder    report_done request_extension
outside    finder    -
outside    leader    dispatch fix_on_spot stop_use transfer transfer_reply reject
outside    officer   dispatch fix_on_spot stop_use escalate transfer transfer_reply reject
outside    director  dispatch fix_on_spot stop_use escalate transfer transfer_reply reject
outside    manager   dispatch stop_use escalate transfer transfer_reply reject
outside    principal dispatch stop_use escalate supervise transfer transfer_reply reject
outside    inspector -
closed     holder    -
closed     finder    rate
closed     leader    -
closed     officer   -
closed     director  -
closed     manager   -
closed     principal -
closed     inspector -
rejected   holder    -
rejected   finder    -
rejected   leader    -
rejected   officer   -
rejected   director  -
rejected   manager   -
rejected   principal -
rejected   inspector -
"""


def hazard(state: State, level: Level = Level.NORMAL, **marks: object) -> Facts:
    holder = NUMBER["holder"]
    return Facts(
        state,
        level,
        grid_id=1,
        holder_id=None if state is State.REPORTED else holder,
        fixed_by_id=holder if state in (State.RECTIFIED, State.CLOSED) else None,
        reporter_id=NUMBER["finder"],
        **marks,
    )


ASSIGNED, RECTIFIED = State.ASSIGNED, State.RECTIFIED
CASES = {
    "reported": hazard(State.REPORTED),
    "assigned": hazard(ASSIGNED),
    "asking": hazard(ASSIGNED, asks_extension=True),
    "late": hazard(ASSIGNED, card=Card.RED),
    "rectified": hazard(RECTIFIED),
    "serious": hazard(RECTIFIED, Level.SERIOUS),
    "suspected": hazard(ASSIGNED, Level.SUSPECTED_MAJOR),
    "major": hazard(
        ASSIGNED,
        Level.MAJOR,
        is_stopped=True,
        is_escalated=True,
        supervisor_id=NUMBER["director"],
    ),
    "major_done": hazard(RECTIFIED, Level.MAJOR, is_stopped=True),
    "outside": hazard(ASSIGNED, is_transferred=True),
    "closed": hazard(State.CLOSED),
    "rejected": hazard(State.REJECTED),
}


def actor(part: str) -> Actor:
    rights = frozenset(Right(right) for right in content.load().posts[POST[part]].rights)
    return Actor(NUMBER[part], part, frozenset({POST[part]}), rights, leads=frozenset({1}))


ROWS = [line.split(maxsplit=2) for line in TABLE.strip().splitlines()]


def test_the_table_holds_every_part_in_every_case():
    assert [tuple(row[:2]) for row in ROWS] == [(case, part) for case in CASES for part in POST]


@pytest.mark.parametrize(("case", "part", "steps"), ROWS)
def test_each_part_may_do_what_the_table_says_and_is_told_why_not_the_rest(case, part, steps):
    allowed = steps.replace("-", "").split()
    assert open_actions(CASES[case], actor(part)) == allowed
    for action in set(TRANSITIONS) - set(allowed):
        no = refusal(action, CASES[case], actor(part))
        assert no is not None and isinstance(no.error, NotAllowed) is no.is_right
