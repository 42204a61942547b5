"""The board of the 七定: each of the seven with its live figure and gap.

What the quarterly assessment counts too comes from the same functions (core.figures).
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import content
from unitsafe.activities import training_queries as trainings
from unitsafe.activities.training_rules import Need
from unitsafe.checks import counting
from unitsafe.checks.models import Check
from unitsafe.checks.rules import DONE
from unitsafe.content.model import SevenFix
from unitsafe.core.figures import Period
from unitsafe.core.labels import label
from unitsafe.coverage import gaps
from unitsafe.coverage.rules import Figure
from unitsafe.coverage.snapshot import Snapshot
from unitsafe.grids.metrics import grid_coverage_ratio
from unitsafe.hazards import rules as hazards
from unitsafe.hazards.models import Hazard
from unitsafe.letters.metrics import responsibility_letter_ratio
from unitsafe.letters.rules import State as Letter

LEADERS = (
    "principal",
    "vice_principal_safety",
    "vice_principal_teaching",
    "vice_principal_logistics",
)
"""The school's leadership; each has a grid to look after. Source: duties.yaml seven_fixes."""
DAYS = 7
"""The days whose checks 信息定时 counts, up to yesterday."""
awards: list[Callable[[Session, date], int]] = []
"""Features further right that record awards and reminders: how many in the school year of a day."""


def board(session: Session, now: Snapshot) -> list[tuple[SevenFix, Figure]]:
    """The seven, as duties.yaml names and orders them."""
    found = session.execute(
        sa.select(
            Hazard.state, Hazard.level, Hazard.due_on, Hazard.times, Hazard.card_lifted
        ).where(Hazard.state.in_(hazards.OPEN))
    ).all()
    figures = {
        "领导定点": lambda: _leaders(now),
        "全员定责": lambda: _everybody(session, now),
        "监管定位": lambda: _places(session, now),
        "排查定级": lambda: _graded(found),
        "培训定岗": lambda: _trained(session, now),
        "信息定时": lambda: _on_time(session, now),
        "奖惩定则": lambda: _cards(session, now, found),
    }
    return [(one, figures[one.term]()) for one in content.load().seven_fixes]


def _today(now: Snapshot) -> Period:
    """For figures that look at a day."""
    return Period(now.today, now.today, now.today)


def _missing(names: Sequence[str], most: int = 4) -> str:
    """缺：甲、乙等5人; empty for nobody."""
    if not names:
        return ""
    shown = "、".join(names[:most])
    return _("%(names)s等%(n)s人", names=shown, n=len(names)) if len(names) > most else shown


def _leaders(now: Snapshot) -> Figure:
    ids = {one for post in LEADERS for one in now.posts.get(post, ())}
    placed = {one.person_id for one in now.assigned}
    without = [now.people_by_id[one].name for one in sorted(ids - placed)]
    gap = _("还没有联系点：%(names)s", names=_missing(without)) if without else ""
    return Figure(len(ids & placed), max(len(ids), 1), _("位校领导"), gap, "grids.index")


def _everybody(session: Session, now: Snapshot) -> Figure:
    with_duty = {one for ids in now.posts.values() for one in ids}
    with_duty |= {one.person_id for one in now.assigned}
    without = [person.name for person in now.staff if person.id not in with_duty]
    letters = responsibility_letter_ratio(session, _today(now))
    signed, asked = int(letters.amount or 0), letters.whole or 0
    gap = [_("%(n)s人没签责任书", n=asked - signed)] if signed < asked else []
    if without:
        gap.append(_("没有岗位也没有网格：%(names)s", names=_missing(without)))
    unsigned = {"state": Letter.UNSIGNED.value} if signed < asked else {}
    unit = _("位责任人签了责任书")
    return Figure(signed, asked, unit, "；".join(gap), "letters.index", unsigned)


def _places(session: Session, now: Snapshot) -> Figure:
    spaces = grid_coverage_ratio(session, _today(now))
    held, every = int(spaces.amount or 0), spaces.whole or 0
    gap = [_("%(n)s个部位没有网格员", n=every - held)] if held < every else []
    if undrawn := len(list(gaps.undrawn(session, now))):
        gap.append(_("%(n)s个网格图上没画", n=undrawn))
    return Figure(held, every, _("个部位有网格员"), "；".join(gap), "maps.index")


def _graded(found: Sequence[Any]) -> Figure:
    graded = sum(
        one.state is not hazards.State.REPORTED and one.level is not hazards.Level.SUSPECTED_MAJOR
        for one in found
    )
    waiting = len(found) - graded
    gap = _("%(n)s条等受理或等确认等级", n=waiting) if waiting else ""
    which = {"ungraded": 1} if waiting else {"state": "open"}
    return Figure(graded, len(found), _("条未销号隐患"), gap, "hazards.index", which)


def _trained(session: Session, now: Snapshot) -> Figure:
    """Staff trained in the last half-year; what posts still miss of their own trainings."""
    found = {
        need: trainings.covered(session, need, trainings.need_period(session, need, now.today))
        for need in (Need.STAFF, Need.SPECIAL, Need.POST)
    }
    gap = [
        _("%(need)s缺%(n)s人", need=label(need), n=len(one.missing))
        for need, one in found.items()
        if one.missing
    ]
    staff, unit = found[Need.STAFF], _("人近半年参加过培训")
    return Figure(len(staff.had), len(staff.must), unit, "；".join(gap), "activities.missing")


def _on_time(session: Session, now: Snapshot) -> Figure:
    first, last = now.today - timedelta(DAYS), now.today - timedelta(1)
    is_expected = sa.or_(Check.state.in_(DONE), counting.was_missed(now.now))
    total, on_time = session.execute(
        sa.select(sa.func.count(), sa.func.count(sa.case((counting.is_on_time(), 1)))).where(
            Check.day.between(first, last), Check.corrects_id.is_(None), is_expected
        )
    ).one()
    late = total - on_time
    gap = _("最近%(days)s天有%(n)s份没有按时", days=DAYS, n=late) if late else ""
    span = {"first": first.isoformat(), "last": last.isoformat()}
    span |= {"status": "late"} if late else {}
    return Figure(on_time, total, _("份检查（最近%(n)s天）", n=DAYS), gap, "checks.index", span)


def _cards(session: Session, now: Snapshot, found: Sequence[Any]) -> Figure:
    """Hazards without a card; the awards and reminders of the school year."""
    given = sum(count(session, now.today) for count in awards)
    numbers = hazards.card_numbers(now.school.number)
    cards = [
        hazards.card(
            one.state,
            one.level,
            one.due_on,
            now.today,
            numbers,
            times=one.times,
            lifted=one.card_lifted,
        )
        for one in found
    ]
    shown = [
        _("%(card)s%(n)s条", card=label(kind), n=number)
        for kind in hazards.Card
        if (number := cards.count(kind))
    ]
    if not given:
        shown.append(_("本学年还没有奖惩记录"))
    unit = _("条没有黄红牌，本学年奖惩%(n)s次", n=given)
    gap, bare = "、".join(shown), cards.count(None)
    if bare < len(found):
        which = {"state": "open", "card": "any"}
        return Figure(bare, len(found), unit, gap, "hazards.index", which)
    return Figure(bare, len(found), unit, gap, "appraisal.index")
