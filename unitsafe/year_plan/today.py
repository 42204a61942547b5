"""What the year's plan has waiting for a person."""

from collections.abc import Iterable, Iterator
from datetime import date

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock, content
from unitsafe.core.domain import Actor, Right
from unitsafe.core.waiting import Waiting, waits
from unitsafe.letters.rules import school_year
from unitsafe.school.queries import the_school
from unitsafe.year_plan import queries, rules
from unitsafe.year_plan.rules import Status

LEADERS = (Right.SIGN_ASSESSMENT, Right.MANAGE_SCHOOL)


@waits("year_plan")
def waiting(session: Session, actor: Actor, today: date) -> Iterable[Waiting]:
    """The unsigned plan and all that is late for the leaders, the month's own for everybody whose
    post is named. Everybody else costs no statement."""
    leads = bool(set(LEADERS) & actor.rights)
    named = actor.posts & {one.who for one in content.load().obligations.values()}
    if not leads and not named:
        return []
    year = school_year(today)
    book = queries.read(session, year, today, posts=None if leads else named)
    return list(_lines(book, actor, today, leads=leads))


def _lines(book: queries.Book, actor: Actor, today: date, *, leads: bool) -> Iterator[Waiting]:
    address = url_for("year_plan.year", year=book.year)
    if leads and book.signature is None and today > rules.sign_by(book.year):
        school = the_school()
        was_here = school and clock.local(school.created_at).date() <= rules.sign_by(book.year)
        title, line = _("年度工作计划还没有签批"), _("应在9月由校长签批")
        yield Waiting(address, _("签"), title, line, _("去看"), "late" if was_here else "due")
    late = [line for line in book.lines if line.status is Status.LATE]
    if late:
        whose = _("今年要做的") if leads else _("您负责的")
        title = _("%(whose)s有%(n)s项逾期", whose=whose, n=len(late))
        only = None if leads else 1
        url = url_for("year_plan.year", year=book.year, mine=only, state=Status.LATE.value)
        yield Waiting(url, len(late), title, _named(late), _("去看"), "late")
    mine = [x for x in book.lines if x.status is Status.DUE and x.who in actor.posts]
    if mine:
        url = url_for("year_plan.year", year=book.year, mine=1, state=Status.DUE.value)
        title = _("您负责的%(n)s项本月到期", n=len(mine))
        yield Waiting(url, len(mine), title, _named(mine), _("去看"))


def _named(lines: list[queries.Line]) -> str:
    first = lines[0].text
    return _("%(first)s等", first=first) if len(lines) > 1 else first
