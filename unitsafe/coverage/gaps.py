"""The gaps of each kind, each with the place where it is mended."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import content
from unitsafe.checks import planning
from unitsafe.coverage import rules
from unitsafe.coverage.rules import Kind
from unitsafe.coverage.snapshot import Snapshot, space_name
from unitsafe.grids.models import Role
from unitsafe.letters import queries as letters
from unitsafe.maps import queries as maps
from unitsafe.people import queries as people
from unitsafe.plates import queries as plates
from unitsafe.roster import table as roster


@dataclass(frozen=True)
class Gap:
    """``what`` is not covered, ``why``; ``action`` opens ``endpoint`` with ``values`` to mend it.

    ``space_id``: of a space that the page itself can put into a grid.
    """

    kind: Kind
    what: str
    why: str
    action: str
    endpoint: str
    values: Mapping[str, object] = field(default_factory=dict)
    space_id: int | None = None


DAYS_AHEAD = 7
"""From today on: the turns on duty that are looked at."""
MOST_LETTERS = 300

Finder = Callable[[Session, Snapshot], Iterator[Gap]]
FINDERS: dict[Kind, Finder] = {}


def finder(kind: Kind) -> Callable[[Finder], Finder]:
    """The function that finds the gaps of ``kind``."""

    def keep(find: Finder) -> Finder:
        FINDERS[kind] = find
        return find

    return keep


def all_gaps(session: Session, now: Snapshot) -> dict[Kind, list[Gap]]:
    """Every kind, in order, with its gaps."""
    return {kind: list(FINDERS[kind](session, now)) for kind in Kind}


def counts(session: Session, now: Snapshot) -> Counter[Kind]:
    """How many gaps of each kind."""
    return Counter({kind: len(gaps) for kind, gaps in all_gaps(session, now).items()})


def _some(places: Sequence[str], most: int = 3) -> str:
    """甲、乙、丙等7处."""
    shown = "、".join(places[:most])
    return _("%(places)s等", places=shown) if len(places) > most else shown


@finder(Kind.UNPLACED)
def unplaced(_session: Session, now: Snapshot) -> Iterator[Gap]:
    """Spaces in no grid."""
    for one in now.placed:
        if one.grid is None:
            yield Gap(
                Kind.UNPLACED,
                space_name(one.space),
                _("没有放进网格，没有人负责，也不会排检查"),
                _("看部位"),
                "plates.space",
                {"space_id": one.space.id},
                space_id=one.space.id,
            )


@finder(Kind.NO_LEADER)
def no_leader(_session: Session, now: Snapshot) -> Iterator[Gap]:
    """School and blocks without a leader."""
    for grid in now.grids:
        if grid.level < 3 and not now.has(grid, Role.LEADER):
            yield Gap(
                Kind.NO_LEADER,
                f"{grid.code} {grid.name}",
                _("没有网格长，检查记录没有人复核"),
                _("指定网格长"),
                "grids.detail",
                {"code": grid.code, "_anchor": "assign"},
            )


@finder(Kind.NO_MEMBER)
def no_member(_session: Session, now: Snapshot) -> Iterator[Gap]:
    """Leaf grids without a member. Source: 一格一员, domain README §3."""
    for grid in now.grids:
        if grid.level == 3 and not now.has(grid, Role.MEMBER):
            parent = now.by_id.get(grid.parent_id or 0)
            yield Gap(
                Kind.NO_MEMBER,
                f"{grid.code} {parent.name if parent else ''} {grid.name}",
                _("没有网格员"),
                _("指定网格员"),
                "grids.detail",
                {"code": grid.code, "_anchor": "assign"},
            )


@finder(Kind.POST_EMPTY)
def post_empty(_session: Session, now: Snapshot) -> Iterator[Gap]:
    """Posts that must be held and are not."""
    known = content.load().posts
    required = [post.key for post in known.values() if post.required]
    flags = {flag for flag, is_on in now.school.flags.items() if is_on}
    for key in rules.posts_to_fill(required, flags, now.posts):
        yield Gap(
            Kind.POST_EMPTY,
            known[key].title,
            known[key].fire_role or _("没有人担任这个岗位"),
            _("把岗位交给一个人"),
            "people.index",
        )


@finder(Kind.KEY_AREA)
def key_area(session: Session, now: Snapshot) -> Iterator[Gap]:
    """Key areas without anybody who answers, or without a sign. Source: Order 61 art. 19."""
    unsigned = {space.id for space in plates.unposted_key_areas(session, now.today)}
    for one in now.placed:
        if not one.space.is_key_area:
            continue
        what, here = space_name(one.space), {"space_id": one.space.id}
        if not now.holder_name(one):
            why, action = _("重点部位没有责任人"), _("指定负责人")
            if one.grid is None:
                yield Gap(Kind.KEY_AREA, what, why, action, "plates.space", here)
            else:
                where = {"code": one.grid.code, "_anchor": "assign"}
                yield Gap(Kind.KEY_AREA, what, why, action, "grids.detail", where)
        if one.space.id in unsigned:
            why = _("重点部位没有张贴责任牌")
            yield Gap(Kind.KEY_AREA, what, why, _("打印责任牌"), "plates.index", {"key": 1})


@finder(Kind.NO_DEPUTY)
def no_deputy(_session: Session, now: Snapshot) -> Iterator[Gap]:
    """People away today whose deputy is not there either."""
    for absence, reason in now.deputies_missing:
        name = absence.deputy.name
        yield Gap(
            Kind.NO_DEPUTY,
            _(
                "%(name)s（请假到%(day)s）",
                name=absence.person.name,
                day=absence.until_on.isoformat(),
            ),
            _("代理人%(name)s已离校", name=name)
            if reason == "left"
            else _("代理人%(name)s今天也请假", name=name),
            _("换代理人"),
            "people.detail",
            {"person_id": absence.person_id},
        )


@finder(Kind.DUTY_GAP)
def duty_gap(session: Session, now: Snapshot) -> Iterator[Gap]:
    """Turns on duty from today on that nobody stands; one row for a roster not made at all."""
    last = now.today + timedelta(DAYS_AHEAD - 1)
    stands = list(roster.read(session, now.today, last).all())
    if stands and all(stand.person is None for stand in stands):
        month = {"month": f"{now.today:%Y-%m}"}
        why = _("%(n)s班都还没有排人", n=len(stands))
        yield Gap(Kind.DUTY_GAP, _("值班表"), why, _("去轮排"), "roster.fill", month)
        return
    for stand in stands:
        if stand.is_gap:
            yield Gap(
                Kind.DUTY_GAP,
                f"{stand.day.isoformat()} {stand.shift.title}",
                _("%(name)s请假，没有人替岗", name=stand.person.name)
                if stand.person
                else _("没有排人"),
                _("去排人"),
                "roster.month",
                {"month": f"{stand.day:%Y-%m}"},
            )


@finder(Kind.PLAN_HITS_NOBODY)
def plan_hits_nobody(session: Session, now: Snapshot) -> Iterator[Gap]:
    """Plans without a place to check, or with places that nobody is due to check."""
    for one in planning.reach(session, now.today):
        if one.places and not one.unmanned:
            continue
        yield Gap(
            Kind.PLAN_HITS_NOBODY,
            one.plan.title,
            _("有%(n)s处排不到人：%(places)s", n=len(one.unmanned), places=_some(one.unmanned))
            if one.unmanned
            else _("没有一处要查，计划是空的"),
            _("看计划"),
            "checks.plans",
        )


@finder(Kind.LETTER_OVERDUE)
def letter_overdue(session: Session, now: Snapshot) -> Iterator[Gap]:
    """Letters of responsibility that should have been signed by now."""
    for letter in letters.overdue_letters(session, now.today, limit=MOST_LETTERS):
        yield Gap(
            Kind.LETTER_OVERDUE,
            letter.person.name,
            _("应在%(day)s前签", day=letter.due_on.isoformat()),
            _("看责任书"),
            "letters.letter",
            {"letter_id": letter.id},
        )


@finder(Kind.TOO_MANY)
def too_many(_session: Session, now: Snapshot) -> Iterator[Gap]:
    """People who mainly answer for more grids than the school allows."""
    for person in now.people:
        if (number := now.load[person.id]) > now.limits.grids_of_person:
            yield Gap(
                Kind.TOO_MANY,
                person.name,
                _(
                    "负责%(n)s个网格，学校定的是最多%(most)s个",
                    n=number,
                    most=now.limits.grids_of_person,
                ),
                _("看他负责什么"),
                "people.detail",
                {"person_id": person.id},
            )


@finder(Kind.GROUP_SIZE)
def group_size(_session: Session, now: Snapshot) -> Iterator[Gap]:
    """Blocks with too few or too many leaf grids."""
    for grid in now.grids:
        if grid.level != 2:
            continue
        leaves = len(now.children[grid.id])
        if rules.is_group_unfit(leaves, now.limits):
            yield Gap(
                Kind.GROUP_SIZE,
                f"{grid.code} {grid.name}",
                _(
                    "有%(n)s个三级网格，一位网格长管%(least)s到%(most)s个合适",
                    n=leaves,
                    least=now.limits.leaves_least,
                    most=now.limits.leaves_most,
                ),
                _("调整网格"),
                "grids.detail",
                {"code": grid.code},
            )


@finder(Kind.UNDRAWN)
def undrawn(session: Session, _now: Snapshot) -> Iterator[Gap]:
    """Leaf grids that no picture shows, in a school that has pictures: without one the map of
    tiles shows every grid by itself."""
    if not maps.maps(session):
        return
    for grid in maps.undrawn_grids(session):
        yield Gap(
            Kind.UNDRAWN,
            f"{grid.code} {grid.name}",
            _("平面图上点不到"),
            _("去画上"),
            "maps.index",
        )


@finder(Kind.NEVER_SIGNED_IN)
def never_signed_in(session: Session, now: Snapshot) -> Iterator[Gap]:
    """Accounts that nobody has used since they were made."""
    for person in people.never_signed_in(session, now.today, now.limits.unused_days):
        yield Gap(
            Kind.NEVER_SIGNED_IN,
            person.name,
            _("账号建了%(n)s天以上，从没有登录过", n=now.limits.unused_days),
            _("给他登录的办法"),
            "people.detail",
            {"person_id": person.id},
        )
