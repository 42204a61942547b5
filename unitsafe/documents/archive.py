"""消防档案: what the law wants filed, item by item, and what the ledgers hold of it.

An item that no ledger holds is a paper with a topic.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.activities.models import Activity, Certificate
from unitsafe.activities.rules import Kind as ActivityKind
from unitsafe.activities.rules import State as ActivityState
from unitsafe.checks.models import Check
from unitsafe.checks.queries import is_listed
from unitsafe.checks.rules import DONE
from unitsafe.core.labels import label
from unitsafe.documents import rules
from unitsafe.documents.models import Document, DocumentTopic
from unitsafe.documents.rules import Kind, State, Topic
from unitsafe.equipment.models import Equipment
from unitsafe.equipment.rules import State as EquipmentState
from unitsafe.grids.models import Assignment
from unitsafe.hazards.models import Hazard
from unitsafe.letters.queries import letter_counts
from unitsafe.maintenance.models import Maintenance
from unitsafe.maintenance.rules import Kind as Work
from unitsafe.micro_station.queries import members
from unitsafe.people.models import Person, PersonPost, PersonStatus
from unitsafe.people.queries import valid_on
from unitsafe.places.models import Space
from unitsafe.school.models import School
from unitsafe.visits.models import Visit

YEAR = timedelta(days=365)
"""What happened is counted a year back: one set of the archive covers a year.
Source: domain README §10 (one set per year)."""
KEY_TRADES = (
    "electrician",
    "fire_control_operator",
    "cook",
    "lab_manager",
    "dorm_keeper",
)
"""重点工种: posts of content/duties.yaml that work with power, fire, chemicals or boarders."""


@dataclass(frozen=True)
class Evidence:
    """One line of an item: ``count`` of ``what``, of ``whole`` where that is known, the newest day,
    and where it is to be seen. A needed line with less than it should have is missing."""

    what: str
    count: int
    whole: int | None = None
    newest: date | None = None
    url: str = ""
    is_needed: bool = True

    @property
    def is_missing(self) -> bool:
        """Whether something that must be there is not."""
        return self.is_needed and (self.count == 0 or self.count < (self.whole or 0))


@dataclass(frozen=True)
class Item:
    """One item of the law: its number in its part, its title, what there is."""

    key: str
    number: int
    title: Any
    lines: Sequence[Evidence]

    @property
    def is_missing(self) -> bool:
        """Whether any of its lines is missing, or it has none."""
        return not self.lines or any(line.is_missing for line in self.lines)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing, and nothing is needed: it did not happen."""
        return not self.is_missing and not any(line.count for line in self.lines)

    @property
    def newest(self) -> date | None:
        """The newest day of its lines."""
        return max((line.newest for line in self.lines if line.newest), default=None)


@dataclass(frozen=True)
class Section:
    """One of the two parts of the archive."""

    title: Any
    items: Sequence[Item]

    @property
    def complete(self) -> int:
        """How many items lack nothing."""
        return sum(not item.is_missing for item in self.items)


BASIC = (
    ("overview", _l("单位基本情况和消防安全重点部位")),
    ("acceptance", _l("消防设计审核、验收和开业前检查的文件")),
    ("organisation", _l("消防管理组织机构和各级消防安全责任人")),
    ("policies", _l("消防安全制度")),
    ("equipment", _l("消防设施、灭火器材")),
    ("team", _l("义务消防队（微型消防站）人员和装备")),
    ("key_trades", _l("重点工种人员")),
    ("products", _l("消防产品、防火材料合格证明")),
    ("plan", _l("灭火和应急疏散预案")),
)
"""Source: Order 61 art. 42, our wording."""
MANAGEMENT = (
    ("legal", _l("消防机构填发的法律文书和检查意见")),
    ("maintenance", _l("消防设施检查、检测和维修保养记录")),
    ("hazards", _l("火灾隐患及整改记录")),
    ("checks", _l("防火检查、巡查记录")),
    ("utilities", _l("燃气、电气和防雷防静电检测记录")),
    ("trainings", _l("消防安全培训记录")),
    ("drills", _l("预案演练记录")),
    ("fires", _l("火灾情况记录")),
    ("rewards", _l("消防奖惩记录")),
)
"""Source: Order 61 art. 43, our wording."""


def archive(session: Session, school: School, today: date) -> tuple[Section, Section]:
    """The archive as it stands today, in a fixed number of statements."""
    found = _Papers(session)
    basic = _basic(session, school, found, today)
    management = _management(session, school, found, today)
    return (
        Section(_("消防安全基本情况"), _items(BASIC, basic)),
        Section(_("消防安全管理情况"), _items(MANAGEMENT, management)),
    )


def _items(
    wanted: Iterable[tuple[str, Any]], lines: Mapping[str, Sequence[Evidence]]
) -> list[Item]:
    return [Item(key, no, str(title), lines[key]) for no, (key, title) in enumerate(wanted, 1)]


class _Papers:
    """How many papers that hold there are by topic and by kind, and when one was last gone through."""

    def __init__(self, session: Session) -> None:
        count, newest = sa.func.count(), sa.func.max(Document.reviewed_on)
        holds = Document.state == State.CURRENT
        by_topic = (
            sa.select(DocumentTopic.topic, count, newest)
            .join(Document, Document.id == DocumentTopic.document_id)
            .where(holds)
            .group_by(DocumentTopic.topic)
        )
        self.topics = {row[0]: (row[1], row[2]) for row in session.execute(by_topic)}
        by_kind = sa.select(Document.kind, count, newest).where(holds).group_by(Document.kind)
        self.kinds = {row[0]: (row[1], row[2]) for row in session.execute(by_kind)}

    def about(self, topic: Topic, *, is_needed: bool = True) -> Evidence:
        """The papers about ``topic``."""
        count, newest = self.topics.get(topic, (0, None))
        kind = next(kind for kind, topics in rules.TOPICS.items() if topic in topics)
        url = url_for("documents.index", kind=kind.value, topic=topic.value)
        return Evidence(label(topic), count, None, newest, url, is_needed)

    def of(self, kind: Kind) -> Evidence:
        """The papers of ``kind``."""
        count, newest = self.kinds.get(kind, (0, None))
        url = url_for("documents.index", kind=kind.value)
        return Evidence(label(kind), count, None, newest, url)

    def policies(self, wanted: Sequence[Topic]) -> Evidence:
        """Which of the ``wanted`` policies there are."""
        there = [self.topics[topic][1] for topic in wanted if topic in self.topics]
        url = url_for("documents.index", kind=Kind.POLICY.value)
        newest = max(there, default=None)
        return Evidence(_("应有的制度"), len(there), len(wanted), newest, url)


def _basic(
    session: Session, school: School, papers: _Papers, today: date
) -> dict[str, list[Evidence]]:
    flags = [key for key, is_on in school.flags.items() if is_on]
    letters = letter_counts(session, today)
    places = session.execute(
        sa.select(sa.func.count(), sa.func.sum(sa.case((Space.is_key_area, 1), else_=0))).where(
            Space.is_active
        )
    ).one()
    holders = _holders(session, today)
    return {
        "overview": [
            Evidence(_("部位"), places[0], url=url_for("places.buildings")),
            Evidence(_("消防安全重点部位"), places[1] or 0, url=url_for("places.buildings")),
            papers.about(Topic.SITE_PLAN),
        ],
        "acceptance": [papers.about(Topic.ACCEPTANCE)],
        "organisation": [
            papers.of(Kind.APPOINTMENT),
            Evidence(
                _("网格责任人"),
                _count(session, Assignment, valid_on(Assignment, today)),
                url=url_for("grids.index"),
            ),
            Evidence(_("已签责任书"), letters.signed, letters.total, url=url_for("letters.index")),
        ],
        "policies": [papers.policies(rules.required_policies(flags))],
        "equipment": [
            _dated(
                session,
                _("在册器材"),
                Equipment.made_on,
                Equipment.state != EquipmentState.SCRAPPED,
                url=url_for("equipment.index"),
                shows_day=False,
            )
        ],
        "team": [
            Evidence(
                _("微型消防站队员"),
                len(members(session, today)),
                url=url_for("micro_station.index"),
            ),
            papers.about(Topic.TEAM_LIST, is_needed=False),
        ],
        "key_trades": [
            Evidence(
                _("重点工种人员"),
                len(set().union(*(holders[post] for post in KEY_TRADES))),
                url=url_for("people.index"),
            ),
            _dated(
                session,
                _("有效证书"),
                Certificate.issued_on,
                Certificate.ended_at.is_(None),
                sa.or_(Certificate.expires_on.is_(None), Certificate.expires_on >= today),
                is_needed="has_fire_control_room" in flags,
            ),
        ],
        "products": [papers.about(Topic.PRODUCT_PROOF)],
        "plan": [papers.of(Kind.EMERGENCY_PLAN)],
    }


def _management(
    session: Session, school: School, papers: _Papers, today: date
) -> dict[str, list[Evidence]]:
    since = today - YEAR
    work = _outside_work(session, since)
    hazards = session.execute(
        sa.select(
            sa.func.count(),
            sa.func.count(Hazard.closed_at),
            sa.func.max(Hazard.found_at),
        ).where(Hazard.found_at >= clock.at(since))
    ).one()
    newest = clock.local(hazards[2]).date() if hazards[2] else None
    found = url_for("hazards.index", first=since.isoformat())

    def tested(kind: Work, topic: Topic, *, is_needed: bool = True) -> tuple[Evidence, Evidence]:
        """The ledger and the papers of a yearly test: a report of the year in either proves it."""
        paper = papers.about(topic, is_needed=False)
        is_proved = paper.newest is not None and paper.newest >= since
        return _work(work, kind, is_needed=is_needed and not is_proved), paper

    return {
        "legal": [
            papers.about(Topic.LEGAL_PAPER, is_needed=False),
            _dated(
                session,
                _("上级检查"),
                Visit.visited_on,
                Visit.visited_on >= since,
                url=url_for("visits.index"),
                is_needed=False,
            ),
        ],
        "maintenance": [
            _checked(session, _("设施器材月度检查"), "monthly_facility", since, today),
            _work(work, Work.MAINTENANCE, is_needed=school.has("has_fixed_systems")),
            *tested(
                Work.ANNUAL_TEST, Topic.FACILITY_TEST, is_needed=school.has("has_fixed_systems")
            ),
            papers.about(Topic.MAINTENANCE, is_needed=False),
        ],
        "hazards": [
            Evidence(_("登记的隐患"), hazards[0], None, newest, found),
            Evidence(
                _("其中已销号"),
                hazards[1],
                url=url_for("hazards.index", first=since.isoformat(), state="closed"),
                is_needed=False,
            ),
        ],
        "checks": [
            _checked(session, _("每日防火巡查"), "daily_fire_patrol", since, today),
            _checked(session, _("防火检查"), "quarterly_inspection", since, today),
        ],
        "utilities": [
            *tested(Work.ELECTRICAL_TEST, Topic.ELECTRIC_TEST),
            *tested(Work.GAS_TEST, Topic.GAS_TEST, is_needed=school.has("has_gas")),
            *tested(Work.LIGHTNING_TEST, Topic.LIGHTNING_TEST),
        ],
        "trainings": [_held(session, ActivityKind.TRAINING, _("培训"), since)],
        "drills": [_held(session, ActivityKind.DRILL, _("演练"), since)],
        "fires": [papers.about(Topic.FIRE_RECORD, is_needed=False)],
        "rewards": [papers.about(Topic.AWARD)],
    }


def _checked(session: Session, what: str, checklist: str, since: date, today: date) -> Evidence:
    """The checks of a list (content/checklists.yaml) that were handed in."""
    return _dated(
        session,
        what,
        Check.day,
        Check.checklist_key == checklist,
        Check.day.between(since, today),
        Check.state.in_(DONE),
        is_listed(),
        url=url_for("checks.index", checklist=checklist, status="done", first=since.isoformat()),
    )


def _outside_work(session: Session, since: date) -> Mapping[Work, tuple[int, date]]:
    """By kind: how often somebody from outside came, and when last."""
    rows = session.execute(
        sa.select(Maintenance.kind, sa.func.count(), sa.func.max(Maintenance.done_on))
        .where(Maintenance.done_on >= since)
        .group_by(Maintenance.kind)
    )
    return {kind: (count, newest) for kind, count, newest in rows}


def _work(
    found: Mapping[Work, tuple[int, date]], kind: Work, *, is_needed: bool = True
) -> Evidence:
    count, newest = found.get(kind, (0, None))
    url = url_for("maintenance.index", kind=kind.value)
    return Evidence(label(kind), count, None, newest, url, is_needed)


def _held(session: Session, kind: ActivityKind, what: str, since: date) -> Evidence:
    return _dated(
        session,
        what,
        Activity.held_on,
        Activity.kind == kind,
        Activity.held_on >= since,
        Activity.state != ActivityState.CANCELLED,
        url=url_for("activities.index", kind=kind.value),
    )


def _dated(
    session: Session,
    what: str,
    day: Any,
    *where: sa.ColumnElement[bool],
    url: str = "",
    is_needed: bool = True,
    shows_day: bool = True,
) -> Evidence:
    """How many rows there are, and the newest ``day`` among them."""
    count, newest = session.execute(
        sa.select(sa.func.count(), sa.func.max(day)).where(*where)
    ).one()
    return Evidence(what, count, None, newest if shows_day else None, url, is_needed)


def _count(session: Session, model: type[Any], *where: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(model).where(*where)) or 0


def _holders(session: Session, today: date) -> Mapping[str, set[int]]:
    """Who of the staff holds which of the posts asked for here."""
    rows = session.execute(
        sa.select(PersonPost.post, Person.id)
        .join(Person, Person.id == PersonPost.person_id)
        .where(
            PersonPost.post.in_(KEY_TRADES),
            valid_on(PersonPost, today),
            Person.status == PersonStatus.ACTIVE,
        )
    )
    found: dict[str, set[int]] = {post: set() for post in KEY_TRADES}
    for post, person_id in rows:
        found[post].add(person_id)
    return found


def missing(sections: Iterable[Section]) -> Iterator[Item]:
    """The items that lack something."""
    return (item for section in sections for item in section.items if item.is_missing)
