"""The table of the content pack's standard as a school could have it, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from unitsafe import content
from unitsafe.assessments.rules import Count, suggest
from unitsafe.assessments.sheet import (
    Attached,
    Capability,
    Given,
    Group,
    Item,
    Member,
    Part,
    Sheet,
    Veto,
)

AT = datetime(2026, 10, 8, 1, 30, tzinfo=UTC)
PHOTO = Attached(7, "三层东侧疏散通道_第二次复核.jpg")
CHANGED = Given(2, "欧阳𬭎䶮", AT, "现场有一处与台账不符")
SEEN = Given(1, "周立新", AT, "现场看过")


def sheet(**changes):
    """The table of 2026Q3, all answered: every share is 9/10, every number 1; ``c1_04`` was changed
    by people, ``c1_10`` does not apply, manual parts have full points and a photo."""
    standard = content.load().standard
    shares = {"ratio": Count(Decimal(9), 10), "bool": Count(Decimal(1), 1)}
    counts = {key: shares.get(one.unit, Count(Decimal(1))) for key, one in standard.metrics.items()}
    counts["extinguisher_total"] = Count(Decimal(100))
    capabilities = tuple(
        Capability(
            one.key,
            one.no,
            one.title,
            one.points,
            tuple(
                Group(
                    group.key,
                    group.title,
                    group.points,
                    tuple(
                        _item(item, f"{one.no}.{item.key[-2:].lstrip('0')}", standard, counts)
                        for item in group.items
                    ),
                )
                for group in one.groups
            ),
        )
        for one in standard.capabilities
    )
    vetoes = tuple(
        Veto(one.key, one.text, holds=False, given=SEEN, basis=one.basis)
        for one in standard.global_vetoes
    )
    made = Sheet(
        code="2026Q3",
        title=standard.title,
        edition="2026-11",
        on=date(2026, 9, 30),
        frozen_at=AT,
        grades=standard.scoring.grades,
        cap_below=60,
        capabilities=capabilities,
        vetoes=vetoes,
        members=(Member(1, "周立新", "学校安全员"), Member(2, "欧阳𬭎䶮", "总务主任")),
    )
    return replace(made, **changes)


def small(item=None, **changes):
    """A table of one item, so that it is printed quickly."""
    whole = sheet()
    first = whole.capabilities[0]
    group = replace(first.groups[0], items=(item or first.groups[0].items[0],))
    return replace(whole, capabilities=(replace(first, groups=(group,)),), **changes)


def _item(item, number, standard, counts):
    applies = item.applies_when is None or item.key != "c1_10"
    parts = [
        _part(place, one, standard, counts, applies, item.key)
        for place, one in enumerate(item.evidence, start=1)
    ]
    return Item(
        item.key,
        number,
        item.text,
        item.max_points,
        item.how_to_score,
        tuple(parts),
        item.basis,
        item.veto,
        item.applies_when or "",
    )


def _part(number, evidence, standard, counts, applies, key):
    part = Part(number, evidence.type, evidence.points, rubric=evidence.rubric, applies=applies)
    if evidence.type == "manual":
        return replace(part, points=evidence.points, given=SEEN, files=(PHOTO,))
    metric = standard.metrics[evidence.metric]
    count = counts[metric.key]
    points = suggest(evidence, metric, counts).points if applies else None
    is_changed = key == "c1_04"
    return replace(
        part,
        metric=metric.key,
        label=metric.label,
        unit=metric.unit,
        amount=count.amount,
        whole=count.whole,
        suggested=points,
        points=Decimal("0.25") if is_changed else points,
        given=CHANGED if is_changed else None,
    )
