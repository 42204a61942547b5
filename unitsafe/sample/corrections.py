"""Two submitted checks are corrected by a new version, through the services."""

from datetime import date, datetime, timedelta

from unitsafe.checks import services, taps
from unitsafe.checks.models import Check
from unitsafe.checks.rules import EntrySource, Result
from unitsafe.core.domain import Actor
from unitsafe.sample import words
from unitsafe.sample.signing import Signing
from unitsafe.sample.world import World

WANTED = (("daily_fire_patrol", 0.35, "dp_sign_ok"), ("grid_walk", 0.7, "gw_floor"))
"""Checklist, when in the year so far (share), item whose note is corrected."""


class Corrections:
    """Picks the checks and corrects each an hour or two after it was submitted."""

    def __init__(self, world: World, signing: Signing) -> None:
        self.world, self.signing = world, signing
        days = (world.setting.today - world.setting.first).days
        self._wanted: dict[str, tuple[date, str]] = {
            key: (world.setting.first + timedelta(days=int(days * share)), item)
            for key, share, item in WANTED
        }

    def consider(
        self, check_id: int, checklist_key: str, day: date, by_id: int, at: datetime
    ) -> None:
        """Have this check corrected if one of its kind is wanted from now on."""
        wanted = self._wanted.get(checklist_key)
        if wanted is None or day < wanted[0]:
            return
        del self._wanted[checklist_key]
        moment = at + timedelta(minutes=52)
        self.signing.leave_out(check_id)
        self.world.timeline.at(moment, lambda now: self._correct(check_id, wanted[1], by_id, now))

    def _correct(self, check_id: int, item_key: str, by_id: int, at: datetime) -> None:
        """Begin the new version; a minute and a half later its note is right and it is submitted."""
        by = self.world.actor(self.world.by_id[by_id], at)
        with self.world.journal.directly() as session:
            check = session.get_one(Check, check_id, populate_existing=True)
            reason = words.CORRECTION_REASON
            version = services.correct(session, check, reason=reason, by=by, now=at)
        self.world.timeline.at(
            at + timedelta(seconds=95), lambda now: self._submit(version, item_key, by, now)
        )

    def _submit(self, version: Check, item_key: str, by: Actor, at: datetime) -> None:
        given = {item_key: taps.Given(Result.OK, None, words.CORRECTED_NOTE)}
        with self.world.journal.directly() as session:
            sheet = taps.read_sheet(session, version.id)
            if sheet is None:
                raise LookupError(f"check {version.id} has no sheet")
            taps.save_answers(session, sheet, given, by=by, now=at - timedelta(seconds=20))
            services.submit(
                session,
                version,
                sheet,
                note="",
                performed_at=version.performed_at,
                source=EntrySource.SCREEN,
                by=by,
                now=at,
            )
        self.signing.expect(version.id, version.countersign, version.grid_id, at)
