"""What the words of people are called."""

from flask_babel import lazy_gettext as _l

from unitsafe import content
from unitsafe.core.labels import WEEKDAYS, label_all
from unitsafe.people.models import PersonStatus

label_all({PersonStatus.ACTIVE: _l("在职"), PersonStatus.LEFT: _l("已离校")})

BY_GRID = frozenset({"grid_leader", "grid_member", "grid_info"})
"""Posts that follow from answering for a grid; nobody gives them by hand."""
NO_ACCOUNT = frozenset({"student_monitor"})
"""Posts of pupils, who have no record among the staff."""


def weekdays(work_days: str) -> str:
    """周一、周三 for ``13``."""
    return "、".join(str(WEEKDAYS[int(digit) - 1]) for digit in work_days)


def post_title(key: str) -> str:
    """What a post is called; the key itself when the content no longer knows it."""
    post = content.load().posts.get(key)
    return post.title if post else key


def post_groups() -> list[tuple[str, list[tuple[str, str]]]]:
    """The posts that are given by hand, by grid level: (level's title, [(key, title)])."""
    pack = content.load()
    groups = []
    for level in pack.grid_levels:
        posts = [
            (post.key, post.title)
            for post in pack.posts.values()
            if post.grid_level == level.level and post.key not in BY_GRID | NO_ACCOUNT
        ]
        if posts:
            groups.append((level.title, posts))
    return groups
