"""The first run: a school that can begin its patrols, made in one write."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.checks import planning
from unitsafe.grids import services as grids
from unitsafe.grids.models import Grid
from unitsafe.people import services as people
from unitsafe.people.models import Person
from unitsafe.places import services as places
from unitsafe.places.models import BuildingUse
from unitsafe.roster import services as roster
from unitsafe.school import services as schools
from unitsafe.school.rules import Stage, school_year

MOST_BUILDINGS = 40
MOST_FLOORS = 60
LINE = re.compile(r"(?P<name>.+?)[\s,，、:：]+(?P<floors>\d{1,3})\s*层?")
USE_BY_WORD = (
    (("宿舍", "公寓"), BuildingUse.DORM),
    (("食堂", "餐厅", "厨房"), BuildingUse.CANTEEN),
    (("体育", "风雨", "泳"), BuildingUse.SPORT),
    (("办公", "行政"), BuildingUse.OFFICE),
    (("操场", "运动场", "校园", "校门", "室外"), BuildingUse.OUTDOOR),
)


@dataclass(frozen=True)
class BuildingLine:
    """A building of the quick list."""

    name: str
    floors: int
    use: BuildingUse


def guess_use(name: str) -> BuildingUse:
    """What a building is for, by its name; teaching when the name does not say."""
    for words, use in USE_BY_WORD:
        if any(word in name for word in words):
            return use
    return BuildingUse.TEACHING


def read_buildings(text: str) -> list[BuildingLine]:
    """One building per line, "教学楼A 4"; without a number one floor.

    :raises ValueError: the line that cannot be understood, as a sentence.
    """
    found: list[BuildingLine] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not (line := line.strip()):
            continue
        match = LINE.fullmatch(line)
        name, floors = (match["name"], int(match["floors"])) if match else (line, 1)
        if len(name) > 40:
            raise ValueError(_("第%(n)s行的名称太长，最多40个字。", n=number))
        if not 1 <= floors <= MOST_FLOORS:
            raise ValueError(_("第%(n)s行的层数要在1到%(most)s之间。", n=number, most=MOST_FLOORS))
        if name in (one.name for one in found):
            raise ValueError(_("第%(n)s行的“%(name)s”写了两遍。", n=number, name=name))
        found.append(BuildingLine(name, floors, guess_use(name)))
    if len(found) > MOST_BUILDINGS:
        raise ValueError(_("一次最多%(most)s栋，其余的以后再添加。", most=MOST_BUILDINGS))
    return found


def likely_term(today: date) -> tuple[str, date, date]:
    """Name, first and last day of the half-year that ``today`` is in or, in the holidays, before.

    Autumn terms run from 1 September to about 20 January, spring terms from about 20 February to
    5 July; the school puts in its own dates.
    """
    if (today.month >= 7 and today.day > 5) or today.month >= 8 or today.month == 1:
        year = today.year - (today.month == 1)
        first, last = date(year, 9, 1), date(year + 1, 1, 20)
        return _("%(year)s学年第一学期", year=school_year(first)), first, last
    first, last = date(today.year, 2, 20), date(today.year, 7, 5)
    return _("%(year)s学年第二学期", year=school_year(first)), first, last


def found_school(
    session: Session,
    *,
    name: str,
    short_name: str,
    stage: Stage,
    flags: Mapping[str, bool],
    person: str,
    post: str,
    username: str,
    password_hash: str,
    term: tuple[str, date, date],
    buildings: Sequence[BuildingLine],
    now: datetime,
) -> Person:
    """The school with plans, term, first account and grids; returns that first person.

    :raises RuleError: there is a school already, or the term's dates are wrong.
    """
    school = schools.create_school(
        session,
        name=name,
        short_name=short_name,
        stage=stage,
        flags=flags,
        is_sample=False,
        now=now,
    )
    planning.create_default_plans(session, school, now=now)
    roster.create_default_shifts(session, school)
    term_name, starts_on, ends_on = term
    schools.add_term(
        session, name=term_name, starts_on=starts_on, ends_on=ends_on, by=None, now=now
    )
    first = people.add_person(
        session,
        name=person,
        username=username,
        password_hash=password_hash,
        phone="",
        posts=[post],
        from_on=clock.local(now).date(),
        by=None,
        now=now,
    )
    root = grids.add_grid(session, name=_("全校"), parent=None, by=None, now=now)
    for line in buildings:
        _add_building(session, line, root, now=now)
    return first


def _add_building(session: Session, line: BuildingLine, root: Grid, *, now: datetime) -> None:
    """A building as a block, each floor a leaf grid with its corridor."""
    building = places.save_building(
        session, None, name=line.name, use=line.use, floors=line.floors, by=None, now=now
    )
    block = grids.add_grid(session, name=line.name, parent=root, by=None, now=now)
    for floor in range(1, line.floors + 1):
        outdoor = line.use is BuildingUse.OUTDOOR
        space = places.save_space(
            session,
            None,
            building_id=building.id,
            floor=floor,
            name=line.name if outdoor else _("%(n)s层走道", n=floor),
            kind="outdoor" if outdoor else "corridor",
            is_key_area=False,
            by=None,
            now=now,
        )
        name = line.name if outdoor else _("%(name)s %(n)s层", name=line.name, n=floor)
        leaf = grids.add_grid(session, name=name, parent=block, by=None, now=now)
        grids.put_spaces(session, leaf, [space.id], today=clock.local(now).date(), by=None, now=now)
