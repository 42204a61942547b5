"""Official papers about one hazard: 整改通知书, 复查意见, 转报函. They are Chinese only: made to be sealed."""

from collections.abc import Sequence
from datetime import date, datetime

from unitsafe import clock, content
from unitsafe.content.basis import printable_basis
from unitsafe.content.model import Basis
from unitsafe.core.labels import label
from unitsafe.hazards.models import Hazard, HazardEvent, HazardPhoto
from unitsafe.hazards.papers import category_of, paired, place_of, stamp
from unitsafe.hazards.rules import Action
from unitsafe.paper import shapes
from unitsafe.school.models import School

BLANK = "＿" * 6
"""Room to write in."""
ORDER_61 = "ord61"
NOTICE_BASIS = (Basis(ORDER_61, "第三十二条", "verified"),)
RECHECK_BASIS = (Basis(ORDER_61, "第三十三条", "verified"),)
TRANSFER_BASIS = (Basis(ORDER_61, "第三十四条", "verified"),)
"""What the law says of correcting (32), confirming (33) and of what a school cannot solve alone (34).
Source: domain README §5, content/sources.yaml ``ord61``."""
PASSED = (Action.RECHECK, Action.CLOSE)
LOOKED = (*PASSED, Action.SEND_BACK)


def sheet(
    title: str, school: School, *, period: str, basis: Sequence[Basis], now: datetime
) -> shapes.OfficialPaper:
    """An official paper of the school with nothing in it yet."""
    return {
        "school": school.name,
        "title": title,
        "period": period,
        "printed_at": stamp(now),
        "version": "",
        "document_no": "",
        "to": None,
        "paragraphs": [],
        "facts": [],
        "table": None,
        "choices": [],
        "closing": [],
        "basis": printable_basis(basis, content.load().sources),
        "date": "",
        "signatures": [],
        "annex": "附件：整改前后照片",
        "pairs": [],
    }


def notice(hazard: Hazard, school: School, *, now: datetime) -> shapes.OfficialPaper:
    """隐患整改通知书: to whoever has to fix it; what nobody has decided yet is left blank."""
    issued = _last(hazard, (Action.DISPATCH,))
    steps = [f"整改措施：{whole(hazard.measure)}"] if hazard.measure else []
    if hazard.interim_measure:
        steps.append(f"整改完成前的防范措施：{whole(hazard.interim_measure)}")
    if hazard.budget is not None:
        steps.append(f"整改经费预算：{hazard.budget}元。")
    if hazard.stop_use:
        steps.append("该部位（设施）即日起停用，复查合格前不得恢复使用。")
    return {
        **sheet("隐患整改通知书", school, period=hazard.number, basis=NOTICE_BASIS, now=now),
        "document_no": f"编号：{hazard.number}",
        "to": hazard.holder.name if hazard.holder else "",
        "paragraphs": [
            f"{long_day(found_on(hazard))}，学校在{place_of(hazard)}发现以下安全隐患"
            f"（{category_of(hazard)}，{label(hazard.level)}）：",
            whole(hazard.description),
            f"请于{long_day(hazard.due_on)}前整改完毕，拍照上报，由学校安排其他人员复查销号。",
            *steps,
            "确有困难不能按期完成的，应在期限届满前说明原因并申请延期；逾期不改的，按学校制度处理。",
        ],
        "closing": ["本通知书一式两份，一份交整改责任人，一份存档。"],
        "signatures": [
            _signer("签发人", issued),
            {"label": "签收人", "names": [], "at": ""},
        ],
    }


def recheck(
    hazard: Hazard, photos: Sequence[HazardPhoto], school: School, *, now: datetime
) -> shapes.OfficialPaper:
    """隐患整改复查意见: what was done, what whoever looked again found; blank where nobody has yet."""
    done = _last(hazard, (Action.REPORT_DONE, Action.FIX_ON_SPOT))
    looked = _last(hazard, LOOKED)
    if looked and done and looked.id < done.id:
        looked = None  # it was fixed again since
    closed = _last(hazard, (Action.CLOSE,))
    passed, returned = (
        looked is not None and looked.action in actions for actions in (PASSED, (Action.SEND_BACK,))
    )
    earlier = [
        f"{long_day(day_of(one.at))}复查（{one.by.name if one.by else '系统'}）：退回重改，"
        f"{whole(one.note)}"
        for one in hazard.events
        if one.action is Action.SEND_BACK
    ]
    return {
        **sheet("隐患整改复查意见", school, period=hazard.number, basis=RECHECK_BASIS, now=now),
        "document_no": f"编号：{hazard.number}",
        "facts": [
            {"label": "部位", "value": place_of(hazard)},
            {"label": "等级", "value": label(hazard.level)},
            {"label": "责任人", "value": hazard.holder.name if hazard.holder else ""},
            {"label": "整改期限", "value": iso(hazard.due_on)},
            {"label": "隐患", "value": hazard.description, "wide": True},
            {"label": "整改情况", "value": done.note if done else "", "wide": True},
            {"label": "完成时间", "value": stamp(done.at) if done else ""},
            {"label": "复查时间", "value": stamp(looked.at) if looked else ""},
            {"label": "复查说明", "value": looked.note if looked else "", "wide": True},
        ],
        "choices": [
            {"text": "已按要求整改，同意销号。", "ticked": passed},
            {"text": "未达到要求，退回继续整改。", "ticked": returned},
        ],
        "closing": earlier,
        "signatures": [
            _signer("复查人", looked),
            _signer("销号签字", closed),
        ],
        "annex": f"附件：{hazard.number} 整改前后照片",
        "pairs": paired(hazard, photos),
    }


def transfer(hazard: Hazard, school: School, *, now: datetime) -> shapes.OfficialPaper:
    """隐患转报函: to the authority it was reported to, or the company that has to help, as the newest of
    such steps says; before there is one, its name is left to be written in."""
    letter = _last(hazard, (Action.ESCALATE, Action.TRANSFER))
    is_transfer = letter is not None and letter.action is Action.TRANSFER
    done = [whole(hazard.measure)] if hazard.measure else []
    done += [whole(hazard.interim_measure)] if hazard.interim_measure else []
    done += ["该部位（设施）已停用。"] if hazard.stop_use else []
    title = "关于协助整改安全隐患的函" if is_transfer else "关于报请协调解决安全隐患的函"
    request = (
        "该隐患的整改需要贵单位办理，请派员到场查看并尽快处理。隐患消除前，我校将落实防范措施，确保师生安全。"
        if is_transfer
        else "该隐患我校自身确无能力解决，现报请贵单位协调解决。隐患消除前，我校将落实防范措施，确保师生安全。"
    )
    return {
        **sheet(
            title,
            school,
            period=hazard.number,
            basis=() if is_transfer else TRANSFER_BASIS,
            now=now,
        ),
        "document_no": letter.document_no if letter else "",
        "to": letter.body if letter else "",
        "paragraphs": [
            f"{long_day(found_on(hazard))}，我校在{place_of(hazard)}发现以下安全隐患"
            f"（编号{hazard.number}，{category_of(hazard)}，{label(hazard.level)}）：",
            whole(hazard.description),
            f"我校已采取的措施：{''.join(done) or BLANK * 2}",
            request,
            *([whole(letter.note)] if letter and letter.note else []),
            "请将处理意见函复我校。",
            f"联系人：{BLANK}  电话：{BLANK}",
            "特此函达。" if is_transfer else "特此函报。",
        ],
    }


def found_on(hazard: Hazard) -> date:
    """The day on which it was found."""
    return day_of(hazard.found_at)


def day_of(moment: datetime) -> date:
    """The school's day of an instant."""
    return clock.local(moment).date()


def long_day(day: date | None) -> str:
    """2026年11月3日; room to write it in for None."""
    return f"{day.year}年{day.month}月{day.day}日" if day else "＿＿＿年＿＿月＿＿日"


def iso(day: date | None) -> str:
    """2026-11-03, empty for None."""
    return day.isoformat() if day else ""


def whole(text: str) -> str:
    """``text`` as a sentence with its full stop."""
    text = text.strip()
    return text if not text or text[-1] in "。！？；…" else f"{text.rstrip('.,，')}。"


def _last(hazard: Hazard, actions: Sequence[Action]) -> HazardEvent | None:
    """The newest step of that kind."""
    return next((one for one in reversed(hazard.events) if one.action in actions), None)


def _signer(title: str, event: HazardEvent | None) -> shapes.Signer:
    if event is None or event.by is None:
        return {"label": title, "names": [], "at": ""}
    return {"label": title, "names": [event.by.name], "at": stamp(event.at)}
