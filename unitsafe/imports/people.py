"""Lists of staff with posts and phones."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session, selectinload

from unitsafe import content
from unitsafe.imports.carrying import Carrier
from unitsafe.imports.columns import Field
from unitsafe.imports.lines import Line, Outcome, Plan, like
from unitsafe.imports.rules import match_key, nearest, phone_fault, phone_of, words_of
from unitsafe.people.labels import BY_GRID, post_groups
from unitsafe.people.models import Person, PersonPost, PersonStatus
from unitsafe.people.queries import posts_on

FIELDS = (
    Field("name", _l("姓名"), ("教师姓名", "教职工姓名", "名字", "人员", "教师"), is_needed=True),
    Field("phone", _l("电话"), ("手机", "手机号", "手机号码", "联系电话", "电话号码", "联系方式", "移动电话", "办公电话")),
    Field("posts", _l("岗位"), ("职务", "岗位名称", "现任职务", "工作岗位", "安全岗位", "职务岗位", "担任工作"), help=_l("一格可以写几个，用顿号或换行分开。")),
    Field("username", _l("账号"), ("登录名", "用户名", "登录账号"), help=_l("可以不填，以后再开。")),
)  # fmt: skip
USERNAME = re.compile(r"[\w.@-]{2,40}")


@dataclass
class Known:
    """Who is there, by name and by account."""

    by_name: dict[str, list[Person]]
    left: dict[str, list[Person]]
    usernames: dict[str, Person]
    posts: dict[str, str]
    """What a post may be called → its key; those that a grid gives → ""."""
    today: date


def _known(session: Session, today: date) -> Known:
    by_name: dict[str, list[Person]] = {}
    left: dict[str, list[Person]] = {}
    usernames = {}
    select = sa.select(Person).options(selectinload(Person.posts)).order_by(Person.id)
    for person in session.scalars(select):
        group = by_name if person.status is PersonStatus.ACTIVE else left
        group.setdefault(match_key(person.name), []).append(person)
        if person.username:
            usernames[person.username.lower()] = person
    return Known(by_name, left, usernames, post_words(), today)


TEACHER = "subject_teacher"
SUBJECT = re.compile(r".{1,4}(老师|教师)")
"""语文老师, 体育教师: how staff lists call whoever teaches a subject."""


def post_words() -> dict[str, str]:
    """Titles and aliases of the posts that are given by hand → key; of those that follow from a
    grid → ""."""
    pack = content.load()
    offered = {key for _level, group in post_groups() for key, _title in group}
    found: dict[str, str] = {}
    for post in pack.posts.values():
        if post.key in offered | BY_GRID:
            for word in (*post.aliases, *re.split("[（）]", post.title), post.title):
                found.setdefault(match_key(word), "" if post.key in BY_GRID else post.key)
    found.pop("", None)
    return found


def check(session: Session, lines: Sequence[Line], today: date) -> Plan:
    """What each row would do."""
    known = _known(session, today)
    for line in lines:
        _check_line(line, known)
    _check_namesakes(lines)
    _check_usernames(lines)
    return Plan(lines)


def _check_line(line: Line, known: Known) -> None:
    name = re.sub(
        r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])",
        "",
        line.text("name", _("姓名"), 40, is_needed=True),
    )
    phone = phone_of(line.texts.get("phone", ""))
    if phone and (fault := phone_fault(phone)):
        line.problem("phone", _(fault))
    line.values = {
        "name": name,
        "phone": phone,
        "username": _username(line, known),
        "posts": _posts(line, known),
    }
    if name:
        _compare(line, known)


def _username(line: Line, known: Known) -> str | None:
    text = line.texts.get("username", "")
    if text and not USERNAME.fullmatch(text):
        line.problem("username", _("账号用字母、数字、汉字、点和短横线，2到40位。"))
    return text or None


def _posts(line: Line, known: Known) -> list[str]:
    found, of_grids = [], []
    for word in words_of(line.texts.get("posts", "")):
        key = known.posts.get(match_key(word), TEACHER if SUBJECT.fullmatch(word) else None)
        if key is None:
            near = nearest(word, [post.title for post in content.load().posts.values()])
            line.problem("posts", _("没有“%(post)s”这个岗位", post=word) + like(near) + "。")
        elif key:
            found.append(key)
        else:
            of_grids.append(word)
    if of_grids:
        words = "、".join(of_grids)
        line.hint("posts", _("%(posts)s由网格指定，不在这里导入。", posts=words))
    return list(dict.fromkeys(found))


def _compare(line: Line, known: Known) -> None:
    """Whether the person is there already, and who else has the name."""
    key, phone = match_key(line.values["name"]), line.values["phone"]
    there = known.by_name.get(key, [])
    same = [one for one in there if phone and phone_of(one.phone) == phone]
    open_ones = [one for one in there if not (phone and one.phone)]
    if same:
        line.target = same[0]
    elif len(there) == 1 and open_ones:
        line.target = there[0]
        if phone:
            text = _("学校里已有一位没留电话的%(name)s，会当作同一个人。")
            line.confirm("name", text % {"name": line.values["name"]})
    elif len(open_ones) > 1 or (there and open_ones):
        text = _("学校里有%(n)s位同名的人，分不清是哪一位。请填电话，并先补上他们的电话。")
        line.problem("name", text % {"n": len(there)})
    elif there:
        line.confirm("name", _("学校里已有同名的人，电话不同，会当作另一个人添加。"))
    if not there and known.left.get(key):
        line.confirm("name", _("有一位同名的人已离校，会当作新来的人添加。"))
    taken = known.usernames.get((line.values["username"] or "").lower())
    if taken is not None and taken is not line.target:
        line.problem("username", _("这个账号已经有人用了。"))
    if line.target is not None:
        line.fills = _blanks(line, line.target, known.today)


def _blanks(line: Line, person: Person, today: date) -> dict[str, object]:
    """What the row says and the record does not."""
    posts = posts_on(person, today)
    found = {
        key: line.values[key]
        for key in ("phone", "username")
        if line.values[key] and not getattr(person, key)
    }
    if line.values["posts"] and not posts:
        found["posts"] = line.values["posts"]
    elif set(line.values["posts"]) - set(posts):
        line.hint("posts", _("已有岗位，不会改。"))
    if line.values["username"] and person.username not in (None, line.values["username"]):
        line.hint("username", _("已有账号，不会改。"))
    return found


def _check_namesakes(lines: Sequence[Line]) -> None:
    """Two rows of one name: two people only when their phones differ."""
    groups: dict[str, list[Line]] = {}
    for line in lines:
        if line.values["name"]:
            groups.setdefault(match_key(line.values["name"]), []).append(line)
    for group in (group for group in groups.values() if len(group) > 1):
        phones: dict[str, int] = {}
        for line in group:
            phone = line.values["phone"]
            if phone in phones:
                line.problem("name", _("和第%(row)s行是同一个人，重复了。", row=phones[phone]))
            elif not phone or "" in phones:
                line.problem("name", _("表里有几个同名的人，填上电话才能区分。"))
            else:
                line.confirm("name", _("表里有几个同名的人，电话不同，会当作不同的人。"))
            phones.setdefault(phone, line.number)


def _check_usernames(lines: Sequence[Line]) -> None:
    first: dict[str, int] = {}
    for line in lines:
        key = (line.values["username"] or "").lower()
        if key and key in first:
            line.problem("username", _("和第%(row)s行的账号一样。", row=first[key]))
        first.setdefault(key, line.number)


def carry(carrier: Carrier, plan: Plan) -> None:
    """Add the people of the plan, and fill in the blanks of those who are there."""
    fresh = plan.doing(Outcome.NEW)
    people = [
        Person(
            name=line.values["name"],
            username=line.values["username"],
            phone=line.values["phone"],
            account_at=carrier.now if line.values["username"] else None,
            created_at=carrier.now,
        )
        for line in fresh
    ]
    carrier.add(people)
    given = [(one.id, line.values["posts"]) for one, line in zip(people, fresh, strict=True)]
    for line in plan.doing(Outcome.FILL):
        columns = {key: text for key, text in line.fills.items() if key != "posts"}
        if "username" in columns:
            columns["account_at"] = carrier.now
        carrier.fill(line.target, columns)
        given.append((line.target.id, line.fills.get("posts", [])))
    carrier.add(
        PersonPost(person_id=number, post=post, from_on=carrier.today)
        for number, posts in given
        for post in posts
    )
