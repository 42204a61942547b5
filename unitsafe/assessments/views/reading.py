"""What every page of an assessment begins with."""

from dataclasses import dataclass
from typing import NoReturn

from flask import abort, make_response
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.assessments import figures, queries, services
from unitsafe.assessments.models import Assessment
from unitsafe.assessments.quarters import Quarter, read
from unitsafe.assessments.rules import State, Step
from unitsafe.assessments.sheet import Sheet
from unitsafe.core.access import actor, holds_any
from unitsafe.core.db import db
from unitsafe.core.disk import catch_up
from unitsafe.core.domain import RuleError
from unitsafe.core.errors import answer, sentence


@dataclass(frozen=True)
class Page:
    """A quarter's table as this person sees it. ``found`` is None while nobody has opened it."""

    quarter: Quarter
    found: Assessment | None
    sheet: Sheet

    @property
    def is_member(self) -> bool:
        """Whether this person is of the team."""
        return actor().id in {one.person for one in self.sheet.members}

    @property
    def may_score(self) -> bool:
        """Whether this person may give points now."""
        return self.is_open and self.is_member

    @property
    def is_open(self) -> bool:
        """Whether the team is at work."""
        return self.found is not None and self.found.state is State.OPEN

    @property
    def is_final(self) -> bool:
        """Whether it is signed."""
        return self.found is not None and self.found.state is State.SIGNED

    @property
    def runs(self) -> bool:
        """Whether this person forms the team and keeps the papers."""
        return holds_any(queries.RUNS)

    @property
    def is_preview(self) -> bool:
        """Whether the quarter still runs."""
        return self.sheet.frozen_at is None

    def assessment(self) -> Assessment:
        """The assessment; 404 while there is none."""
        return self.found or abort(404)


def page_of(code: str, *, must_exist: bool = False) -> Page:
    """The table of the quarter in an address. 404 for what is no quarter, one that has not begun or
    lies before the school's calendar, and for whoever may not see it."""
    quarter = read(code) or _unknown(_("没有这个季度。"))
    session, today = db.session(), clock.today()
    if quarter.first > today:
        _unknown(_("%(name)s还没有开始，不能自评。", name=quarter.name))
    freeze_if_due()
    found = queries.assessment(session, quarter)
    if not queries.may_see(session, actor(), found) or (must_exist and found is None):
        abort(404)
    if found is None and not figures.has_ledgers(session, quarter):
        _unknown(_("%(name)s在校历开始以前，没有台账可评。", name=quarter.name))
    return Page(quarter, found, queries.sheet(session, quarter, found, today, now=clock.now()))


def missing(page: Page, step: Step) -> str:
    """What still has to be done before ``step``; empty when nothing."""
    try:
        services.need_ready(db.session(), page.assessment(), page.sheet, step)
    except RuleError as error:
        return sentence(error)
    return ""


def _unknown(why: str) -> NoReturn:
    """404 with a reason."""
    abort(make_response(answer(404, why)))


def freeze_if_due() -> None:
    """Keep the figures of the quarter that has ended, once."""
    today, now = clock.today(), clock.now()
    if figures.is_due(db.session(), today, now=now):
        catch_up(lambda session: figures.freeze(session, today, now=now))
