"""The self-assessment on paper: what the PDF and the Word file print, and the workbook's rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Literal

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock, content
from unitsafe.assessments import compare, queries
from unitsafe.assessments.compare import LookBack, Past
from unitsafe.assessments.labels import empty, figure, percent, points
from unitsafe.assessments.models import Assessment, AssessmentEvent
from unitsafe.assessments.quarters import Quarter
from unitsafe.assessments.rules import Step
from unitsafe.assessments.services import summary
from unitsafe.assessments.sheet import Given, Group, Item, Part, Sheet, Veto
from unitsafe.assessments.warnings import MOST_BACKFILL, backfill_share
from unitsafe.content.model import Basis
from unitsafe.core import charts
from unitsafe.core.excel import Column, Value
from unitsafe.hazards.models import Hazard
from unitsafe.letters.rules import How
from unitsafe.paper import shapes
from unitsafe.people import queries as people
from unitsafe.photos import services as photos
from unitsafe.school.models import School

TITLE = "消防安全“四个能力”季度自评表"
FILE = "四个能力自评表"
"""What the files are called."""
NUMERALS = "一二三四五六七八九十"
LABELS = {Step.DEPARTMENT: "被评部门", Step.REVIEW: "消防安全管理人", Step.SIGN: "消防安全责任人"}

SERIF = "Noto Serif CJK SC"
"""宋体 of the papers (paper/common.typ)."""
COMPARED = 3
"""How many earlier quarters stand beside this one."""


@dataclass(frozen=True)
class Background:
    """What is printed beside the table: its ``events``, the ``hazards`` by item and the names of
    those who hold them, the earlier quarters (oldest first), and what the last signed one, that of
    ``before``, fell short of."""

    events: Sequence[AssessmentEvent] = ()
    hazards: Mapping[str, Hazard] = field(default_factory=dict)
    holders: Mapping[int, str] = field(default_factory=dict)
    earlier: Sequence[Past] = ()
    before: Quarter | None = None
    look_back: Sequence[LookBack] = ()


@dataclass(frozen=True)
class Paper:
    """What ``render_pdf`` wants: the data, its pictures by name, its drawings by name."""

    data: shapes.AssessmentPaper
    photos: dict[str, Path]
    drawings: dict[str, str]


def paper(sheet: Sheet, school: School, beside: Background, *, now: datetime) -> Paper:
    """The whole paper of ``sheet``."""
    signed = signatures(beside.events, sheet.mark)
    comparison, drawings = _comparison(sheet, beside)
    data: shapes.AssessmentPaper = {
        "school": school.name,
        "title": TITLE,
        "period": sheet.quarter.name,
        "printed_at": f"{clock.local(now):%Y-%m-%d %H:%M}",
        "version": sheet.edition,
        "standard": sheet.title,
        "preview": sheet.frozen_at is None,
        "total": _number(sheet.total),
        "grade": sheet.grade,
        "sum": _(
            "实得分合计%(got)s ÷ 适用项满分合计%(of)s × 100",
            got=points(sheet.got),
            of=points(sheet.of),
        ),
        "facts": _facts(sheet, signed, now),
        "notes": _notes(sheet),
        "lines": list(_lines(sheet)),
        "of": points(sheet.of),
        "got": points(sheet.got),
        "alarm": _alarm(sheet),
        "vetoes": [_veto(veto) for veto in sheet.vetoes],
        "problems": list(_problems(sheet, beside)),
        "hazards_note": _("隐患编号、措施、责任人和期限按打印时的隐患台账。")
        if beside.hazards
        else "",
        "look_back": list(_look_back(beside)),
        "look_back_note": _look_back_note(beside),
        "comparison": comparison,
        "team": [{"label": one.name, "value": one.title} for one in sheet.members],
        "signers": _signers(signed),
    }
    pictures = {
        _picture(event): photos.store().path(event.signature.digest, photos.SUFFIX)
        for event in signed
        if event.signature
    }
    return Paper(data, pictures, drawings)


def background(session: Session, sheet: Sheet, found: Assessment | None) -> Background:
    """What stands beside the table."""
    hazards = queries.hazards(session, found)
    before, look_back = compare.look_back(session, sheet)
    return Background(
        events=queries.events(session, found) if found else (),
        hazards=hazards,
        holders=people.names(session, {one.holder_id for one in hazards.values() if one.holder_id}),
        earlier=compare.earlier(session, sheet.quarter, COMPARED),
        before=before,
        look_back=look_back,
    )


def signatures(events: Sequence[AssessmentEvent], mark: str) -> list[AssessmentEvent]:
    """The signatures that stand under the table ``mark``: of each department, of the manager and of
    the principal the newest. What came before a return counts for departments only."""
    found: dict[tuple[Step, str], AssessmentEvent] = {}
    for event in events:
        if event.step is Step.RETURN:
            found = {key: one for key, one in found.items() if one.step is Step.DEPARTMENT}
        elif event.step in LABELS and event.mark == mark:
            found[event.step, event.department] = event
    return sorted(found.values(), key=lambda one: list(LABELS).index(one.step))


def _number(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:f}"


def _facts(sheet: Sheet, signed: Sequence[AssessmentEvent], now: datetime) -> list[shapes.Fact]:
    last = next((one.done_on for one in signed if one.step is Step.SIGN), None)
    made = last or clock.local(now).date()
    return [
        {"label": _("评估标准"), "value": sheet.title},
        {"label": _("标准版本"), "value": sheet.edition},
        {"label": _("数据截止"), "value": _day(sheet.on)},
        {"label": _("编制日期"), "value": _day(made)},
    ]


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _notes(sheet: Sheet) -> list[str]:
    """What the first page has to say."""
    found = []
    if sheet.frozen_at is None:
        found.append(_("预览：本季度还没有结束，分数会随台账变化。"))
    if sheet.unanswered:
        found.append(_("还有%(n)s项没有打分，总分不完整。", n=len(sheet.unanswered)))
    if sheet.holding:
        found.append(
            _("有%(n)s条否决项成立，总评为%(grade)s。", n=len(sheet.holding), grade=sheet.grade)
        )
    elif sheet.is_capped:
        found.append(
            _(
                "有一项能力得分率低于%(n)s%%，总评不高于%(grade)s。",
                n=sheet.cap_below,
                grade=sheet.grade,
            )
        )
    share = backfill_share(sheet)
    if share is not None and share > MOST_BACKFILL:
        found.append(
            _("本季度补录率%(share)s，超过10%%，请结合原始记录核实。", share=percent(share))
        )
    return found


def _lines(sheet: Sheet) -> Iterator[shapes.ScoreLine]:
    for capability in sheet.capabilities:
        title = f"{_numeral(capability.no)}、{capability.title}"
        yield _line("head", title, "", "")
        for group in capability.groups:
            for item in group.items:
                yield _item(item, group)
            yield _line("group", group.title, points(group.of), points(group.got))
        yield _line("capability", capability.title, points(capability.of), points(capability.got))


def _numeral(number: int) -> str:
    return NUMERALS[number - 1] if 0 < number <= len(NUMERALS) else str(number)


def _line(
    kind: Literal["head", "group", "capability"], text: str, of: str, got: str
) -> shapes.ScoreLine:
    return {
        "kind": kind,
        "group": "",
        "number": "",
        "text": text,
        "veto": False,
        "of": of,
        "got": got,
        "evidence": [],
        "files": [],
        "basis": [],
        "how": "",
        "said": [],
    }


def _item(item: Item, group: Group) -> shapes.ScoreLine:
    return {
        "kind": "item",
        "group": group.title,
        "number": item.number,
        "text": item.text,
        "veto": item.veto,
        "of": points(item.most),
        "got": got(item),
        "evidence": evidence(item),
        "files": [file.name for file in item.files],
        "basis": basis(item.basis),
        "how": item.how_to_score,
        "said": said(item),
    }


def got(item: Item) -> str:
    """The points of an item; 不适用, and empty while people have scored none of it."""
    if not item.applies:
        return str(_("不适用"))
    if not item.is_unanswered:
        return points(item.got)
    if all(part.points is None for part in item.parts if part.applies):
        return ""
    return str(_("%(got)s\n未打完", got=points(item.got)))


def evidence(item: Item) -> list[str]:
    """What is behind the points, a line for each piece."""
    return [_evidence(part, item) for part in item.parts]


def _evidence(part: Part, item: Item) -> str:
    name = part.label or part.rubric
    if not part.applies:
        return str(_("%(what)s：不适用", what=name))
    line = name if part.type == "manual" else f"{name}：{figure(part)}"
    told = empty(part)
    line += f"（{told}）" if told else ""
    if len(item.parts) > 1:
        scored = points(part.points) if part.points is not None else "　"
        line += _("【%(of)s分得%(got)s】", of=points(part.most), got=scored)
    return line


def basis(bases: Sequence[Basis]) -> list[str]:
    """The clauses fit for print; a source that the pack has no longer is left out."""
    sources = content.load().sources
    return content.printable_basis((one for one in bases if one.src in sources), sources)


def said(item: Item) -> list[str]:
    """What people gave and why, a line for each piece of evidence they scored."""
    return [_said(part, part.given) for part in item.parts if part.given and part.applies]


def _said(part: Part, given: Given) -> str:
    who = f"{given.by} {clock.local(given.at):%Y-%m-%d}"
    if part.is_changed:
        return str(
            _(
                "建议%(old)s分→%(new)s分：%(why)s（%(who)s）",
                old=points(part.suggested),
                new=points(part.points),
                why=given.note,
                who=who,
            )
        )
    if part.type == "manual":
        note = given.note or _("达到要求")
        return str(_("核%(new)s分：%(why)s（%(who)s）", new=points(part.points), why=note, who=who))
    return str(_("按台账计分（%(who)s核）", who=who))


def _alarm(sheet: Sheet) -> str:
    if not sheet.holding:
        return ""
    return str(
        _("一票否决：有%(n)s条成立，总评为%(grade)s", n=len(sheet.holding), grade=sheet.grade)
    )


def verdict(veto: Veto) -> str:
    """成立, 不成立; empty while nobody has said."""
    if veto.holds is None:
        return ""
    return str(_("成立") if veto.holds else _("不成立"))


def _veto(veto: Veto) -> shapes.VetoLine:
    told = []
    if veto.metric:
        number = _("没有数据") if veto.amount is None else points(veto.amount)
        told.append(_("台账数：%(n)s", n=number))
    if veto.given:
        who = f"{veto.given.by} {clock.local(veto.given.at):%Y-%m-%d}"
        told.append(f"{veto.given.note}（{who}核）")
    return {
        "text": veto.text,
        "source": _("台账") if veto.metric else _("现场"),
        "verdict": verdict(veto),
        "holds": bool(veto.holds),
        "said": [str(one) for one in told],
        "basis": basis(veto.basis),
    }


def _problems(sheet: Sheet, beside: Background) -> Iterator[shapes.ProblemLine]:
    """Vetoes that hold, then items that fell short."""
    short = {item.key for item in sheet.unmet}
    for veto in sheet.holding:
        if veto.item not in short:
            item = sheet.item(veto.item)
            hazard = beside.hazards.get(veto.item)
            yield _problem(item.number if item else "", veto.text, str(_("否决")), hazard, beside)
    held = {veto.item: veto for veto in sheet.holding}
    for item in sheet.unmet:
        lost = points(item.of - item.got)
        text = "；".join([item.text, *_short(item)])
        if item.key in held:
            lost, text = f"{lost}（{_('否决')}）", f"{held[item.key].text}；{text}"
        yield _problem(item.number, text, lost, beside.hazards.get(item.key), beside)


def _short(item: Item) -> list[str]:
    """What was short of an item: the figures, and what people found."""
    found = []
    for part in item.parts:
        if part.applies and part.points is not None and part.points < part.most:
            note = part.given.note if part.given else ""
            if part.type == "metric":
                found.append(f"{part.label}：{figure(part)}")
            if note:
                found.append(note)
    return found


def _problem(
    number: str, text: str, lost: str, hazard: Hazard | None, beside: Background
) -> shapes.ProblemLine:
    return {
        "number": number,
        "text": text,
        "lost": lost,
        "measure": hazard.measure if hazard else "",
        "who": beside.holders.get(hazard.holder_id or 0, "") if hazard else "",
        "due": hazard.due_on.isoformat() if hazard and hazard.due_on else "",
        "hazard": hazard.number if hazard else "",
    }


def _look_back(beside: Background) -> Iterator[shapes.LookBackLine]:
    """What the last signed table fell short of, and how it stands."""
    for one in beside.look_back:
        told = [_settled(one), one.hazard.number if one.hazard else ""]
        yield {
            "number": one.item.number,
            "text": one.item.text,
            "before": f"{points(one.item.got)}/{points(one.item.of)}",
            "now": _now(one.now),
            "state": "；".join(word for word in told if word),
        }


def _now(item: Item | None) -> str:
    if item is None or not item.applies:
        return str(_("不适用"))
    return _("待核") if item.is_unanswered else f"{points(item.got)}/{points(item.of)}"


def _settled(one: LookBack) -> str:
    if one.now is None or not one.now.applies:
        return str(_("本季度不评"))
    if one.now.is_unanswered:
        return ""
    if one.is_better:
        return str(_("已改好"))
    return str(_("有改进，仍失分") if one.is_improved else _("仍未达到"))


def _look_back_note(beside: Background) -> str:
    if beside.before is None:
        return str(_("以前没有签批的自评表。"))
    return "" if beside.look_back else str(_("%(name)s没有失分项。", name=beside.before.name))


def _comparison(sheet: Sheet, beside: Background) -> tuple[shapes.Comparison, dict[str, str]]:
    """Shares of points over the quarters, as a table and as charts."""
    pasts = [*beside.earlier, compare.past(sheet.quarter, summary(sheet))]
    rows = []
    for capability in sheet.capabilities:
        rows.append([capability.title, *_rates(pasts, capability.key)])
        rows += [[f"　{one.title}", *_rates(pasts, one.key)] for one in capability.groups]
    drawings, captions = _drawings(sheet, pasts)
    heads = [_("能力与类别"), *(one.quarter.name for one in pasts)]
    return {"heads": heads, "rows": rows, "charts": captions}, drawings


def _rates(pasts: Sequence[Past], key: str) -> list[str]:
    shares = [one.shares.get(key) for one in pasts]
    return ["—" if share is None else f"{share:g}%" for share in shares]


def _drawings(sheet: Sheet, pasts: Sequence[Past]) -> tuple[dict[str, str], list[shapes.Chart]]:
    """The web of the last two quarters, this one first; from two quarters on their lines; both in
    the type of the paper, which then needs no further font."""
    titles = {one.key: one.title for one in sheet.capabilities}
    web = [
        charts.Series(one.quarter.name, [one.shares.get(key) for key in titles])
        for one in reversed(pasts[-2:])
    ]
    words = "四个能力得分率（%）"
    found = {"radar": str(charts.radar(list(titles.values()), web, 100, title=words))}
    captions: list[shapes.Chart] = [{"name": "radar", "caption": words}]
    if len(pasts) > 1:
        words = "各季度得分率（%）"
        lines = [
            charts.Series(title, [one.shares.get(key) for one in pasts])
            for key, title in titles.items()
        ]
        codes = [str(one.quarter) for one in pasts]
        found["trend"] = str(charts.trend(codes, lines, title=words, unit="%", holds=(0, 100)))
        captions.append({"name": "trend", "caption": words})
    drawn = {name: svg.replace(charts.FONT, SERIF) for name, svg in found.items()}
    return drawn, captions


def _signers(signed: Sequence[AssessmentEvent]) -> list[shapes.AssessmentSigner]:
    """A place for everybody who has to sign, with those who have."""
    found: list[shapes.AssessmentSigner] = []
    for step, words in LABELS.items():
        events = [event for event in signed if event.step is step]
        found += [_signer(words, event) for event in events]
        if not events:
            found.append({"label": words, "name": "", "how": "", "signature": None})
    return found


def _signer(words: str, event: AssessmentEvent) -> shapes.AssessmentSigner:
    if event.how is How.PAPER:
        how = _("%(day)s 纸上签字", day=event.done_on.isoformat())
    else:
        how = _("%(at)s 系统签字", at=f"{clock.local(event.at):%Y-%m-%d %H:%M}")
    return {
        "label": f"{words}（{event.department}）" if event.department else words,
        "name": event.signer or event.typed_name or event.by.name,
        "how": str(how),
        "signature": {"name": _picture(event), "caption": _("%(name)s的签名", name=event.signer)}
        if event.signature
        else None,
    }


def _picture(event: AssessmentEvent) -> str:
    return f"signature{event.id}"


def columns() -> list[Column]:
    """Heads of the workbook."""
    return [
        Column(_("能力"), 26),
        Column(_("类别"), 14),
        Column(_("序号"), 8),
        Column(_("项目"), 48),
        Column(_("分值"), 8),
        Column(_("适用满分"), 10),
        Column(_("建议得分"), 10),
        Column(_("自评得分"), 10),
        Column(_("是否适用"), 10),
        Column(_("一票否决"), 12),
        Column(_("证据"), 48),
        Column(_("附件"), 30),
        Column(_("依据"), 48),
        Column(_("评分标准"), 36),
        Column(_("评分说明"), 48),
        Column(_("隐患编号"), 16),
    ]


def rows(sheet: Sheet, hazards: Mapping[str, Hazard]) -> Iterator[list[Value]]:
    """A row of the workbook for each item."""
    vetoes = {veto.item: veto for veto in sheet.vetoes if veto.item}
    for capability in sheet.capabilities:
        for group in capability.groups:
            for item in group.items:
                hazard, veto = hazards.get(item.key), vetoes.get(item.key)
                yield [
                    capability.title,
                    group.title,
                    item.number,
                    item.text,
                    float(item.most),
                    float(item.of),
                    None if item.suggested is None else float(item.suggested),
                    float(item.got) if item.applies and not item.is_unanswered else None,
                    _("适用") if item.applies else _("不适用"),
                    verdict(veto) if veto else "",
                    "\n".join(evidence(item)),
                    "\n".join(file.name for file in item.files),
                    "\n".join(basis(item.basis)),
                    item.how_to_score,
                    "\n".join(said(item)),
                    hazard.number if hazard else "",
                ]
