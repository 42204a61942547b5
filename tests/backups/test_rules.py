"""Names, when the next one is due, which may go, when to worry: pure tables."""

from datetime import date, datetime, timedelta

import pytest

from unitsafe.backups import rules
from unitsafe.backups.rules import Keep, Kind

KEEP = Keep(daily=7, weekly=4, monthly=12)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("name", "kind", "moment"),
    [
        ("unitsafe-20261123-080000.zip", Kind.MANUAL, "2026-11-23T08:00"),
        ("unitsafe-daily-20261123-023000.zip", Kind.DAILY, "2026-11-23T02:30"),
        ("before-upgrade-0023-20261123-080000.zip", Kind.UPGRADE, "2026-11-23T08:00"),
        ("kept-by-the-principal.zip", Kind.MANUAL, None),
        ("unitsafe-20261399-080000.zip", Kind.MANUAL, None),
    ],
)
def test_a_name_tells_who_made_it_and_when(name: str, kind: Kind, moment: str | None) -> None:
    assert rules.kind_of(name) is kind
    assert rules.moment_in(name) == (at(moment) if moment else None)


@pytest.mark.parametrize("kind", Kind)
def test_the_names_that_are_given_are_read_again(kind: Kind) -> None:
    name = rules.name_for(kind, at("2026-11-23T08:01:02"))
    assert rules.NAME.fullmatch(name)
    assert (rules.kind_of(name), rules.moment_in(name)) == (kind, at("2026-11-23T08:01:02"))


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".zip",
        "../a.zip",
        "a/b.zip",
        "a\\b.zip",
        ".lock",
        "a.zip.part",
        "a.zip\n",
        "中.zip",
        "a.b.zip",
    ],
)
def test_no_other_name_is_listed_or_served(name: str) -> None:
    assert not rules.NAME.fullmatch(name)


@pytest.mark.parametrize(
    ("newest", "failed", "now", "is_due"),
    [
        (None, None, "2026-11-23T08:00", True),
        ("2026-11-22T02:31", None, "2026-11-23T02:29", False),
        ("2026-11-22T02:31", None, "2026-11-23T02:30", True),
        ("2026-11-23T02:31", None, "2026-11-23T23:59", False),
        ("2026-11-23T02:31", None, "2026-11-24T01:00", False),
        ("2026-11-20T02:31", None, "2026-11-23T01:00", True),
        ("2026-11-22T07:40", None, "2026-11-23T07:35", True),
        (None, "2026-11-23T07:30", "2026-11-23T08:00", False),
        (None, "2026-11-23T07:00", "2026-11-23T08:00", True),
        (None, "2026-11-23T09:00", "2026-11-23T08:00", True),
    ],
)
def test_one_is_due_from_half_past_two_on_and_an_hour_after_a_failure(
    newest: str | None, failed: str | None, now: str, is_due: bool
) -> None:
    assert is_due is rules.is_due(newest and at(newest), failed and at(failed), at(now))


def daily(first: str, days: int, step: int = 1) -> list[tuple[str, datetime]]:
    moments = [at(first) + timedelta(days=n) for n in range(0, days, step)]
    return [(rules.name_for(Kind.DAILY, moment), moment) for moment in moments]


def kept_days(made: list[tuple[str, datetime]], keep: Keep) -> list[str]:
    gone = rules.too_many(made, keep)
    return [f"{moment:%m-%d}" for name, moment in sorted(made) if name not in gone]


@pytest.mark.parametrize(
    ("keep", "left"),
    [
        (Keep(3, 0, 0), ["11-21", "11-22", "11-23"]),
        (Keep(1, 3, 0), ["11-15", "11-22", "11-23"]),
        (Keep(1, 0, 3), ["09-30", "10-31", "11-23"]),
        (Keep(2, 2, 2), ["10-31", "11-22", "11-23"]),
        (Keep(1, 0, 0), ["11-23"]),
    ],
)
def test_the_newest_of_the_last_days_weeks_and_months_stay(keep: Keep, left: list[str]) -> None:
    assert kept_days(daily("2026-09-01T02:30", 84), keep) == left


def test_a_year_of_days_comes_down_to_nineteen_and_stays_so_when_cleared_every_day() -> None:
    made: list[tuple[str, datetime]] = []
    for one in daily("2025-10-01T02:30", 400):
        made.append(one)
        gone = rules.too_many(made, KEEP)
        made = [each for each in made if each[0] not in gone]
    assert kept_days(daily("2025-10-01T02:30", 400), KEEP) == [f"{m:%m-%d}" for _n, m in made]
    assert len(made) == 19  # some are the newest of a day, a week and a month


def test_a_holiday_without_backups_costs_none() -> None:
    made = daily("2026-01-05T02:30", 7) + daily("2026-08-31T02:30", 1)
    assert "01-11" in kept_days(made, KEEP)
    assert len(kept_days(made, KEEP)) == 7


def test_of_several_on_one_day_the_newest_stays() -> None:
    made = daily("2026-11-23T02:30", 1) + daily("2026-11-23T09:30", 1)
    assert rules.too_many(made, KEEP) == {"unitsafe-daily-20261123-023000.zip"}


def test_what_people_made_stays_and_of_upgrades_the_newest_two() -> None:
    moments = [at("2020-01-01T00:00") + timedelta(days=100 * n) for n in range(6)]
    mine = [(rules.name_for(Kind.MANUAL, moment), moment) for moment in moments]
    upgrades = [(f"before-upgrade-000{n}-x.zip", moment) for n, moment in enumerate(moments)]
    gone = {f"before-upgrade-000{n}-x.zip" for n in range(4)}
    assert rules.too_many([*mine, *upgrades], KEEP) == gone


@pytest.mark.parametrize(
    ("last_good", "founded", "days"),
    [
        (date(2026, 11, 23), date(2020, 9, 1), 0),
        (date(2026, 11, 21), date(2020, 9, 1), 0),
        (date(2026, 11, 20), date(2020, 9, 1), 3),
        (None, date(2026, 11, 23), 0),
        (None, date(2026, 11, 21), 0),
        (None, date(2026, 11, 13), 10),
    ],
)
def test_who_has_no_good_one_for_two_days_is_told_but_not_a_new_school(
    last_good: date | None, founded: date, days: int
) -> None:
    assert rules.days_without(last_good, founded, date(2026, 11, 23), 2) == days
