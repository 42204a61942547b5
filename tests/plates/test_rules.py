"""Codes typed by hand, and what a plate says of a kind of space."""

import pytest

from unitsafe import content
from unitsafe.plates import papers, rules


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("ABC234", "ABC234"),
        (" abc 234 ", "ABC234"),
        ("abc-234", "ABC234"),
        ("ABC", ""),
        ("", ""),
        ("A" * 13, ""),
        ("教学楼ABC", ""),
        ("ABC2'4", ""),
        ("AB\0C234", ""),
    ],
)
def test_a_typed_code_is_read_without_spaces_and_capitals(typed, code):
    assert rules.typed_code(typed) == code


def test_signs_that_are_mistaken_for_one_another_are_folded():
    assert rules.folded("O0Q") == "000" and rules.folded("I1L") == "111"
    assert rules.folded("ABC234") == "ABC234"


@pytest.mark.parametrize("kind", sorted(content.load().space_kinds))
def test_every_kind_of_space_has_three_duty_lines(kind):
    lines = papers.duty_lines(kind)
    assert len(lines) == rules.LINES
    assert all(len(line) <= 32 for line in lines)


def test_the_kinds_and_posts_of_the_plates_are_those_of_the_content():
    pack = content.load()
    assert set(rules.POST_OF_KIND) <= set(pack.space_kinds)
    posts = {post for post, _first in rules.POST_OF_KIND.values()}
    assert posts <= set(pack.posts)
