"""How the reply to a visit stands."""

from datetime import date

import pytest

from unitsafe.visits.rules import State, days_left, state_of

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("due_on", "replied_on", "state", "left"),
    [
        (None, None, State.NO_REPLY, None),
        (None, TODAY, State.REPLIED, None),
        (date(2026, 11, 24), None, State.WAITING, 1),
        (TODAY, None, State.WAITING, 0),
        (date(2026, 11, 20), None, State.LATE, -3),
        (date(2026, 11, 20), date(2026, 11, 22), State.REPLIED, None),
    ],
)
def test_the_last_day_is_in_time_and_a_sent_reply_is_never_late(due_on, replied_on, state, left):
    assert state_of(due_on, replied_on, TODAY) is state
    assert days_left(due_on, replied_on, TODAY) == left
