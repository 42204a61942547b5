"""Letters of responsibility at the sample school: most signed in September, some due again."""

import io
from datetime import date, datetime, time, timedelta
from math import pi, sin
from random import Random

import sqlalchemy as sa
from PIL import Image, ImageDraw
from sqlalchemy.orm import joinedload, selectinload

from unitsafe import clock
from unitsafe.letters import services
from unitsafe.letters.models import LetterReview, ResponsibilityLetter
from unitsafe.people import services as people
from unitsafe.people.models import Person
from unitsafe.people.queries import posts_on
from unitsafe.photos import services as photos
from unitsafe.sample import habits
from unitsafe.sample.timeline import Act
from unitsafe.sample.world import World

OFFICER, MANAGER, HEAD = "周立新", "梁志远", "沈清和"
NEW_POSTS = {
    14: {"余诗涵": "room_keeper"},
    3: {"林晓岚": "floor_keeper", "潘欣然": "micro_station_member"},
    2: {"蒋立诚": "micro_station_member", "范雨桐": "room_keeper"},
}
"""Days before the loading → who got which further post, so that a new letter is due and not signed
yet; the first is overdue by then."""
ON_PAPER = 0.35
"""Share of letters that are signed by hand."""
PAPERS = 3


class Letters:
    """Makes letters due day by day, and has most of them signed within the week."""

    def __init__(self, world: World) -> None:
        self.world, self.rng = world, Random(world.setting.first.toordinal())
        self._drawn = [photos.keep_file(_scribble(number)) for number in range(6)]
        self._papers = [photos.keep_file(_signed_paper(number)) for number in range(PAPERS)]
        self._waiting: set[str] = set()

    def plan(self) -> None:
        """Put the new posts on the timeline; early in a school year there are none yet."""
        for days, posts in NEW_POSTS.items():
            day = self.world.setting.today - timedelta(days=days)
            if day > self.world.setting.first + timedelta(days=14):
                for number, (name, post) in enumerate(posts.items()):
                    moment = clock.at(day, time(15, 10 + number))
                    self.world.timeline.at(moment, _giving(self, name, post))

    def begin(self, day: date, at: datetime) -> None:
        """Look through all letters, as the first visitor of the day does."""
        session = self.world.session
        services.renew(session, today=day, now=at)
        session.add(LetterReview(day=day, at=at))
        session.flush()
        made = session.scalars(
            sa.select(ResponsibilityLetter)
            .where(ResponsibilityLetter.made_at == at, ResponsibilityLetter.how.is_(None))
            .options(joinedload(ResponsibilityLetter.person))
            .order_by(ResponsibilityLetter.id)
        )
        for letter in made:
            if letter.person.name not in self._waiting:
                self._expect(letter, day)

    def _expect(self, letter: ResponsibilityLetter, day: date) -> None:
        signed_on = day + timedelta(days=self.rng.randint(0, 4))
        while not self.world.is_taught(signed_on) and signed_on < letter.due_on:
            signed_on += timedelta(days=1)
        moment = max(
            habits.office_hour(self.rng, signed_on, 8, 17),
            letter.made_at + timedelta(minutes=self.rng.randint(20, 400)),
        )
        by_hand = (
            letter.person.username is None
            or letter.person.name == HEAD
            or self.rng.random() < ON_PAPER
        )
        act = self._by_hand if by_hand else self._on_screen
        letter_id, person = letter.id, letter.person
        self.world.timeline.at(moment, lambda at: act(letter_id, person, at))

    def _on_screen(self, letter_id: int, person: Person, at: datetime) -> None:
        with self.world.journal.directly() as session:
            letter = session.get_one(ResponsibilityLetter, letter_id)
            if letter.how is not None or letter.ended_on is not None:
                return
            by = self.world.actor(person, at)
            kept = self._drawn[person.id % len(self._drawn)]
            services.sign_on_screen(
                session,
                letter,
                version=letter.version,
                typed_name="",
                signature=photos.add_photo(session, kept, by=by, now=at),
                today=clock.local(at).date(),
                by=by,
                now=at,
            )

    def _by_hand(self, letter_id: int, _person: Person, at: datetime) -> None:
        with self.world.journal.directly() as session:
            letter = session.get_one(ResponsibilityLetter, letter_id)
            if letter.how is not None or letter.ended_on is not None:
                return
            by = self.world.actor(self.world.people[OFFICER], at)
            kept = self._papers[letter_id % PAPERS]
            services.sign_on_paper(
                session,
                letter,
                version=letter.version,
                signed_on=clock.local(at).date(),
                scan_ids=[photos.add_photo(session, kept, by=by, now=at).id],
                today=clock.local(at).date(),
                by=by,
                now=at,
            )

    def give(self, name: str, post: str, at: datetime) -> None:
        """A further post for ``name``, whose new letter then waits."""
        today = clock.local(at).date()
        self._waiting.add(name)
        with self.world.journal.directly() as session:
            person = session.scalars(
                sa.select(Person)
                .where(Person.name == name)
                .options(selectinload(Person.posts))
                .execution_options(populate_existing=True)
            ).one()
            people.change_person(
                session,
                person,
                name=person.name,
                username=person.username,
                phone=person.phone,
                posts=[*posts_on(person, today), post],
                today=today,
                by=self.world.actor(self.world.people[MANAGER], at),
                now=at,
            )


def _giving(letters: Letters, name: str, post: str) -> Act:
    return lambda at: letters.give(name, post, at)


def _scribble(number: int) -> io.BytesIO:
    """A signature as a finger draws it; the same picture for the same number."""
    rng = Random(number)
    image = Image.new("RGB", (600, 240), "white")
    draw = ImageDraw.Draw(image)
    for sign in range(3):
        left, top = 60 + sign * 170, 50 + rng.randint(-10, 20)
        for _ in range(4):
            x, y, bend = left + rng.randint(0, 90), top + rng.randint(0, 90), rng.uniform(-30, 30)
            far, down = rng.randint(30, 90), rng.randint(-30, 60)
            points = [
                (x + far * step / 12, y + down * step / 12 + bend * sin(pi * step / 12))
                for step in range(13)
            ]
            draw.line(points, fill="#111", width=6, joint="curve")
    return _png(image)


def _signed_paper(number: int) -> io.BytesIO:
    """A photo of a signed page on a desk."""
    image = Image.new("RGB", (620, 820), "#8a6f52")
    draw = ImageDraw.Draw(image)
    draw.polygon([(40, 30), (585, 42), (575, 790), (30, 775)], fill="#f7f5ef")
    draw.rectangle((190, 80, 430, 104), fill="#333")
    for line in range(22):
        top = 140 + line * 22
        draw.line(
            [(80, top), (540 - (line * 37 + number * 53) % 150, top)], fill="#8d8d88", width=5
        )
    draw.ellipse((110, 640, 230, 760), outline="#c22f26", width=6)
    draw.line([(380, 700), (420, 670), (445, 712), (490, 668), (520, 705)], fill="#222", width=4)
    return _png(image)


def _png(image: Image.Image) -> io.BytesIO:
    out = io.BytesIO()
    image.save(out, "PNG")
    out.seek(0)
    return out
