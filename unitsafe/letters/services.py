"""Making letters due, and signing them."""

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock, content
from unitsafe.core import audit
from unitsafe.core.disk import catch_up
from unitsafe.core.domain import Actor, RuleError
from unitsafe.core.hooks import on_duties_changed
from unitsafe.letters import rules, wording
from unitsafe.letters.models import LetterReview, LetterScan, ResponsibilityLetter
from unitsafe.letters.rules import Duty, How
from unitsafe.letters.standing import Campus, Standing, everyone
from unitsafe.paper.shapes import LetterText
from unitsafe.people import queries as people
from unitsafe.photos.models import Photo
from unitsafe.school.models import School

LAST = "99"
"""Where those without a grid stand among the letters."""


def ensure_current(session: Session, today: date, *, now: datetime) -> None:
    """Compare all letters with today's duties, once a day. Cheap afterwards."""
    if session.get(LetterReview, today) is not None:
        return

    def compare(tx: Session) -> None:
        if tx.get(LetterReview, today) is None and renew(tx, today=today, now=now):
            tx.add(LetterReview(day=today, at=now))

    catch_up(compare)


def renew(session: Session, *, today: date, now: datetime) -> bool:
    """Make due what today's duties ask for, and end what they no longer do; inside a write.

    Asking again changes nothing. False before there is a school.
    """
    school = session.get(School, 1)
    if school is None:
        return False
    if today.month != rules.QUIET_MONTH:
        _Renewal(session, school, today, now).run()
    return True


on_duties_changed(
    "letters", lambda session, _day, now: renew(session, today=clock.local(now).date(), now=now)
)


def forget_unsigned(session: Session, person_ids: Collection[int]) -> None:
    """Take out the letters that nobody has signed of people who were entered by mistake."""
    session.execute(
        sa.delete(ResponsibilityLetter).where(
            ResponsibilityLetter.person_id.in_(person_ids), ResponsibilityLetter.how.is_(None)
        )
    )


@dataclass
class _Due:
    """A letter to be made: for whom, of what, in place of which unsigned one."""

    standing: Standing
    duties: list[Duty]
    fingerprint: str
    draft: ResponsibilityLetter | None
    version: int


class _Renewal:
    """One comparison of all letters of a school year with the duties of a day."""

    def __init__(self, session: Session, school: School, today: date, now: datetime) -> None:
        self.session, self.school, self.today, self.now = session, school, today, now
        self.year = rules.school_year(today)
        self.campus = Campus(session, today)
        head = people.holders(session, wording.HEAD, today)
        self.head = head[0].name if head else ""
        self.made: list[str] = []

    def run(self) -> None:
        """End, bring back, rewrite and make."""
        kept: dict[int, list[ResponsibilityLetter]] = defaultdict(list)
        for letter in self.session.scalars(
            sa.select(ResponsibilityLetter)
            .where(ResponsibilityLetter.school_year == self.year)
            .order_by(ResponsibilityLetter.person_id, ResponsibilityLetter.version)
        ):
            kept[letter.person_id].append(letter)
        standings = everyone(self.session)
        for person_id in kept.keys() - standings.keys():
            self._end(kept[person_id])
        due = [
            found
            for person_id, standing in standings.items()
            if (found := self._compare(standing, kept[person_id]))
        ]
        self.session.flush()  # what ended has to be gone before what follows it
        for one in due:
            self._make(one)
        if self.made:
            audit.record(
                self.session,
                "letter.make",
                f"letters:{self.year}",
                by=None,
                now=self.now,
                data={"people": self.made},
            )

    def _end(self, letters: Collection[ResponsibilityLetter]) -> None:
        for letter in letters:
            if letter.ended_on is None:
                letter.ended_on = self.today

    def _compare(self, standing: Standing, letters: list[ResponsibilityLetter]) -> _Due | None:
        """What has to be made for one person; what only ends or comes back is done here."""
        duties = rules.asked_for(standing.duties, self.today)
        mark = rules.fingerprint(duties)
        current = next((one for one in letters if one.ended_on is None), None)
        draft = next((one for one in letters if one.how is None), None)
        if not mark:
            self._end(letters)
            return None
        if current is not None and current.fingerprint == mark:
            if current is draft:
                self._rewrite(draft, standing, duties)
            return None
        signed = next((one for one in reversed(letters) if one.how is not None), None)
        self._end([one for one in letters if one is not draft])
        if signed is not None and signed.fingerprint == mark:  # it was a passing change
            self._end(letters)
            self.session.flush()
            signed.ended_on = None
            return None
        version = max((one.version for one in letters), default=0) + 1
        return _Due(standing, duties, mark, draft, version)

    def _rewrite(self, draft: ResponsibilityLetter, standing: Standing, duties: list[Duty]) -> None:
        """An unsigned letter follows the facts (a grid renamed, a room added)."""
        text = self._text(standing, duties)
        if draft.content != text:
            draft.content, draft.version = dict(text), draft.version + 1

    def _make(self, due: _Due) -> None:
        day = rules.changed_on(due.standing.duties, self.today, not_before=self._not_before())
        due_on = day + timedelta(days=self.school.number("letter_days"))
        text, order_code = self._text(due.standing, due.duties), self._order_code(due.duties)
        letter = due.draft
        if letter is None:
            letter = ResponsibilityLetter(
                person_id=due.standing.person.id, school_year=self.year, due_on=due_on
            )
            self.session.add(letter)
        elif letter.ended_on is None:  # whoever has not signed what was before is still late
            due_on = min(letter.due_on, due_on)
        letter.version, letter.fingerprint = due.version, due.fingerprint
        letter.content, letter.order_code = dict(text), order_code
        letter.changed_on, letter.due_on, letter.ended_on = day, due_on, None
        letter.made_at = self.now
        self.made.append(due.standing.person.name)

    def _not_before(self) -> date:
        """Nobody is late for a time before the school year, or before the school was here."""
        first, _last = rules.span(self.year)
        return max(first, clock.local(self.school.created_at).date())

    def _text(self, standing: Standing, duties: list[Duty]) -> LetterText:
        known = content.load().posts
        duties = [duty for duty in duties if duty.post in known]  # the content may have dropped it
        keys = list(dict.fromkeys(duty.post for duty in duties))
        places = [self.campus.place(duty, known[duty.post].title) for duty in duties]
        return wording.text_of(
            name=standing.person.name,
            school=self.school.name,
            head=self.head,
            year=self.year,
            posts=sorted(
                (known[key] for key in keys),
                key=lambda post: (post.key in rules.GRID_POSTS, list(known).index(post.key)),
            ),
            places=sorted((one for one in places if one), key=lambda one: (one.code, one.name)),
        )

    def _order_code(self, duties: list[Duty]) -> str:
        codes = [
            self.campus.grids[d.grid_id].code for d in duties if d.grid_id in self.campus.grids
        ]
        return min(codes, default=LAST)


def sign_on_screen(
    session: Session,
    letter: ResponsibilityLetter,
    *,
    version: int,
    typed_name: str,
    signature: Photo | None,
    today: date,
    by: Actor,
    now: datetime,
) -> None:
    """The person signs: a drawn ``signature``, or the own name typed (``typed_name``).

    :raises RuleError: not one's own, not open any more, changed since it was read, another name.
    """
    if letter.person_id != by.id:
        raise RuleError("责任书只能由本人签字。")
    _check_open(letter, version)
    if signature is None and typed_name != by.name:
        raise RuleError("请填写您的姓名“%(name)s”，要和责任书上的一致。", name=by.name)
    letter.typed_name = "" if signature else typed_name
    letter.signature_id = signature.id if signature else None
    _sign(session, letter, How.SCREEN, today, by=by, now=now)


def sign_on_paper(
    session: Session,
    letter: ResponsibilityLetter,
    *,
    version: int,
    signed_on: date,
    scan_ids: Collection[int],
    today: date,
    by: Actor,
    now: datetime,
) -> None:
    """Record the letter that was signed by hand on ``signed_on``, with pictures of it.

    :raises RuleError: not open, another version, a day that cannot be, no picture.
    """
    _check_open(letter, version)
    first, _last = rules.span(letter.school_year)
    if not first - timedelta(days=31) <= signed_on <= today:
        raise RuleError("签订日期要在本学年内，不能晚于今天。")
    if not scan_ids:
        raise RuleError("请附上签好的责任书照片。")
    owned = set(
        session.scalars(sa.select(Photo.id).where(Photo.id.in_(scan_ids), Photo.by_id == by.id))
    )
    if owned != set(scan_ids):
        raise RuleError("有照片不是您上传的，请重新选择。")
    session.add_all(
        LetterScan(letter_id=letter.id, photo_id=one) for one in dict.fromkeys(scan_ids)
    )
    _sign(session, letter, How.PAPER, signed_on, by=by, now=now)


@audit.verifier("letter.sign")
def _text_is_untouched(session: Session, entry: audit.AuditEntry) -> str | None:
    letter = session.get(ResponsibilityLetter, int(entry.subject.removeprefix("letter:")))
    if letter is None or rules.text_hash(letter.content) != json.loads(entry.data)["text"]:
        return f"the text of {entry.subject} is not the one that was signed"
    return None


def _check_open(letter: ResponsibilityLetter, version: int) -> None:
    if letter.how is not None:
        raise RuleError("这份责任书已经签过了。")
    if letter.ended_on is not None:
        raise RuleError("这份责任书已经失效，请打开最新的一份。")
    if letter.version != version:
        raise RuleError(
            "责任书的内容刚刚变了，现在是第%(now)s版，请看过新的内容再签。", now=letter.version
        )


def _sign(
    session: Session,
    letter: ResponsibilityLetter,
    how: How,
    signed_on: date,
    *,
    by: Actor,
    now: datetime,
) -> None:
    letter.how, letter.signed_on, letter.recorded_at, letter.recorded_by_id = (
        how,
        signed_on,
        now,
        by.id,
    )
    session.flush()
    data = {
        "year": letter.school_year,
        "version": letter.version,
        "how": how,
        "signed_on": signed_on,
        "text": rules.text_hash(letter.content),
    }
    audit.record(session, "letter.sign", f"letter:{letter.id}", by=by, now=now, data=data)
