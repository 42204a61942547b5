"""The month on paper and as a workbook."""

from collections.abc import Sequence
from datetime import date, datetime

from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.appraisal.notes import Noted
from unitsafe.appraisal.queries import Line, PersonLine
from unitsafe.appraisal.rules import Month, Weights, places
from unitsafe.core.excel import Column, Value
from unitsafe.core.labels import label
from unitsafe.paper import shapes
from unitsafe.school.models import School


def columns(*, by_person: bool) -> list[Column]:
    """The heads of the workbook."""
    if by_person:
        named = [Column(_("姓名")), Column(_("负责的网格"), 32)]
        titles = [_("应查"), _("已查"), _("按时"), _("补录"), _("登记不查"), _("发现隐患")]
    else:
        named = [Column(_("编号")), Column(_("网格"), 24), Column(_("级别"))]
        titles = [_("应巡"), _("已巡"), _("按时"), _("补录"), _("登记不查"), _("网格内发现")]
        titles.append(_("本网格人发现"))
    titles += [_("应改"), _("按期整改"), _("评价平均"), _("月末黄牌"), _("月末红牌"), _("消牌")]
    heads = [Column(_("名次"), 6), *named, Column(_("得分"))]
    return heads + [Column(title) for title in titles]


def grid_row(place: int | None, line: Line) -> list[Value]:
    """A grid in the workbook; ``place`` among those of its level."""
    one = line.month
    level = _("片区") if line.grid.level == 2 else _("三级网格")
    named: list[Value] = [place, line.grid.code, line.grid.name, level, line.score]
    return [*named, *_checks(one), one.found, one.found_by, *_hazards(one)]


def person_row(place: int | None, line: PersonLine) -> list[Value]:
    """A person in the workbook; ``place`` among all shown."""
    one = line.month
    named: list[Value] = [place, line.person.name, "、".join(line.grids), line.score]
    return [*named, *_checks(one), one.found_by, *_hazards(one)]


def _checks(one: Month) -> list[Value]:
    return [one.expected, one.done, one.on_time, one.backfill, one.skipped]


def _hazards(one: Month) -> list[Value]:
    rating = None if one.rating is None else round(one.rating, 1)
    return [one.due, one.fixed, rating, one.yellow, one.red, one.lifted]


def sheet(
    grid_lines: Sequence[Line],
    person_lines: Sequence[PersonLine],
    notes: Sequence[Noted],
    weights: Weights,
    school: School,
    first: date,
    *,
    where: str = "",
    now: datetime,
) -> shapes.Appraisal:
    """The month to be signed and sealed: blocks, grids, people, awards and reminders.

    ``where`` names the grids that it is about, empty for the whole school; then it is not the
    school's paper but its maker's, without the school's signatures and seal.
    """
    tables = [
        ("片区", "片区", _paper_rows([one for one in grid_lines if _is_block(one)])),
        ("三级网格", "网格", _paper_rows([one for one in grid_lines if not _is_block(one)])),
        ("个人", "姓名", _paper_rows(person_lines)),
    ]
    return {
        "school": school.name,
        "title": "网格化消防安全月度考核表",
        "period": f"{first.year}年{first.month}月",
        "printed_at": f"{clock.local(now):%Y-%m-%d %H:%M}",
        "version": "",
        "narrowed": where,
        "tables": [
            {"title": title, "head": head, "rows": rows} for title, head, rows in tables if rows
        ],
        "weights": counted(weights),
        "notes": [_note(one) for one in notes if one.withdrawal is None],
        "signatures": [
            {"label": title, "names": [], "at": ""}
            for title in (("网格长",) if where else ("制表人", "分管副校长", "校长"))
        ],
    }


def _is_block(line: Line) -> bool:
    return line.grid.level == 2


def _paper_rows(lines: Sequence[Line | PersonLine]) -> list[shapes.AppraisalRow]:
    found = places([one.score for one in lines])
    return [_paper_row(place, one) for place, one in zip(found, lines, strict=True)]


def _paper_row(place: int | None, line: Line | PersonLine) -> shapes.AppraisalRow:
    one = line.month
    if isinstance(line, PersonLine):
        name, found = line.person.name, [str(one.found_by)]
    else:
        name = line.grid.name if _is_block(line) else f"{line.grid.code} {line.grid.name}"
        found = [f"网格内{one.found}", f"本网格人{one.found_by}"]
    return {
        "place": "—" if place is None else str(place),
        "name": name,
        "score": "—" if line.score is None else f"{line.score:.1f}",
        "checks": f"{one.done}/{one.expected}" if one.expected else "—",
        "on_time": f"{one.on_time}/{one.expected}" if one.expected else "—",
        "backfill": str(one.backfill),
        "found": found,
        "fixed": f"{one.fixed}/{one.due}" if one.due else "—",
        "rating": "—" if one.rating is None else f"{one.rating:.1f}",
        "cards": "、".join(
            text for text in (one.yellow and f"黄{one.yellow}", one.red and f"红{one.red}") if text
        )
        or "无",
    }


def counted(weights: Weights) -> str:
    """How the score comes about, in one sentence for the foot of the table."""
    return (
        f"本表按打印时的分值计算：检查完成{weights.completion}分，按时{weights.on_time}分"
        f"（宽限时间以内交的算按时），按期整改{weights.fixing}分，"
        f"评价{weights.rating}分（平均5星得满分），没有数字的项不算，其余按比例折成100分；"
        f"补录按占已查的比例扣分，全部补录时扣{weights.backfill}分；"
        f"月末每张黄牌扣{weights.yellow}分、红牌扣{weights.red}分；"
        f"每发现一条隐患加{weights.find}分，最多算{weights.finds}条。"
        "分值由学校设定；发现隐患只加分，不按隐患多少排名。得分相同的并列，没有得分的不排名次。"
    )


def _note(one: Noted) -> shapes.AppraisalNote:
    note = one.note
    return {
        "day": f"{clock.local(note.at):%Y-%m-%d}",
        "whom": note.whom,
        "kind": label(note.kind),
        "reason": note.reason,
        "measure": note.measure,
        "by": note.by.name,
    }
