"""The sample school itself and its terms."""

from datetime import date, datetime, time, timedelta

from unitsafe import clock
from unitsafe.core.domain import Actor
from unitsafe.sample.journal import Journal
from unitsafe.sample.setting import Setting
from unitsafe.sample.timeline import Act, Timeline
from unitsafe.school import queries, services
from unitsafe.school.models import School
from unitsafe.school.rules import Stage, statutory

FLAGS = (
    "has_boarding",
    "is_key_unit",
    "has_canteen",
    "has_gas",
    "has_lab",
    "has_nap_room",
    "has_fire_control_room",
    "has_fixed_systems",
)
HOTLINE = "0000-8001190"
"""An invented number."""
FIXED_HOLIDAYS = (
    (1, 1, "元旦"),
    (4, 5, "清明节"),
    (5, 1, "劳动节"),
    (5, 2, "劳动节"),
    (5, 3, "劳动节"),
)
"""Set by hand where no notice is published yet."""


def found_school(setting: Setting) -> School:
    """青溪小学, a boarding primary school."""
    school = services.create_school(
        setting.session,
        name="青溪小学",
        short_name="青溪小学",
        stage=Stage.PRIMARY,
        flags=dict.fromkeys(FLAGS, True),
        is_sample=True,
        now=setting.tick(),
    )
    school.hotline = HOTLINE
    return school


def autumn(first: date) -> tuple[date, date]:
    """From 1 September to the third Friday of January."""
    return first, _weekday_from(date(first.year + 1, 1, 15), 4)


def spring(first: date) -> tuple[date, date]:
    """From the Monday that begins the last week of February or follows, to early July."""
    return (
        _weekday_from(date(first.year + 1, 2, 26), 0),
        _weekday_from(date(first.year + 1, 7, 1), 4),
    )


def _weekday_from(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def enter_terms(setting: Setting, timeline: Timeline, journal: Journal, by: Actor) -> None:
    """The autumn term now; the spring term as soon as its holidays are published or it is near."""
    first = setting.first
    spans = (
        (f"{first.year}年秋季学期", autumn(first)),
        (f"{first.year + 1}年春季学期", spring(first)),
    )
    for name, (starts_on, ends_on) in spans:

        def add(at: datetime, name: str = name, a: date = starts_on, b: date = ends_on) -> None:
            with journal.directly() as session:
                services.add_term(session, name=name, starts_on=a, ends_on=b, by=by, now=at)

        if starts_on == first or statutory(starts_on).published:
            add(setting.tick())
        else:
            timeline.at(clock.at(date(starts_on.year, 1, 5), time(9, 40)), add)
    for number, (month, day, note) in enumerate(FIXED_HOLIDAYS):
        holiday = date(first.year + 1, month, day)
        if not statutory(holiday).published:
            moment = clock.at(holiday - timedelta(days=10), time(15, 5 + number))
            timeline.at(moment, _closing(journal, holiday, note, by))


def _closing(journal: Journal, day: date, note: str, by: Actor) -> Act:
    """Set ``day`` as a holiday by hand, and the night before as not boarded."""

    def close(at: datetime) -> None:
        eve = day - timedelta(days=1)
        with journal.directly() as session:
            for one in (eve, day):
                entry = queries.day(session, one)
                if entry is None:
                    continue
                services.set_day(
                    session,
                    one,
                    teaching=entry.teaching and one == eve,
                    boarding=False,
                    note=entry.note if one == eve else note,
                    by=by,
                    now=at,
                )

    return close
