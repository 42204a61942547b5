"""The table of a quarter: points, vetoes, the team, what fell short, what comes next."""

from datetime import datetime
from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.assessments import compare, figures, labels, queries, records, services
from unitsafe.assessments.forms import HazardForm, JoinForm, LeaveForm, VetoForm
from unitsafe.assessments.labels import STATE_KIND
from unitsafe.assessments.rules import State, Step
from unitsafe.assessments.sheet import Item, Sheet
from unitsafe.assessments.views import bp, trends
from unitsafe.assessments.views.reading import Page, missing, page_of
from unitsafe.assessments.warnings import with_warnings
from unitsafe.core.access import actor, allow, may_open
from unitsafe.core.acts import carry_out
from unitsafe.core.db import db
from unitsafe.core.forms import choices, chosen_id
from unitsafe.core.htmx import render
from unitsafe.hazards.models import Hazard
from unitsafe.people.queries import active_people, told_apart
from unitsafe.school.queries import school

QUARTER = "/assessments/<quarter>"


@bp.get(QUARTER)
@allow()
def sheet(quarter: str) -> ResponseReturnValue:
    """Everything on one page."""
    return show(page_of(quarter))


def show(
    page: Page,
    *,
    fragment: str | None = None,
    veto_form: tuple[str, VetoForm] | None = None,
    join_form: JoinForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    """The page, or one of its parts after a change."""
    session = db.session()
    if fragment is None and not page.is_final:
        page = Page(page.quarter, page.found, with_warnings(session, page.sheet))
    sheet, found = page.sheet, page.found
    before, look_back = compare.look_back(session, sheet)
    pasts = [
        *compare.earlier(session, page.quarter),
        compare.past(page.quarter, services.summary(sheet)),
    ]
    return render(
        "assessments/sheet.html",
        fragment=fragment,
        oob=("messages", "tiles", "steps") if fragment else (),
        page=page,
        sheet=sheet,
        found=found,
        hazards=queries.hazards(session, found),
        before=before,
        look_back=look_back,
        web=trends.capability_web(pasts),
        group_trends=trends.group_trends(pasts, _groups(sheet)) if len(pasts) > 1 else [],
        veto_open=veto_form[0] if veto_form else "",
        veto_forms=_veto_forms(sheet, veto_form) if page.may_score else {},
        join_form=(join_form or _join_form(page)) if page.runs and page.is_open else None,
        leave_forms=_leave_forms(page) if page.runs and page.is_open else {},
        hazard_form=HazardForm(formdata=None) if found and (page.runs or page.is_member) else None,
        team_least=school(session).number("assessment_team"),
        **steps_of(page),
        words=labels,
        state_kind=STATE_KIND,
        **_shown(page),
        status=status,
    )


def _shown(page: Page) -> dict[str, Any]:
    """The items that the address asks for (``show``), the groups they are in, and the chips."""
    items = list(page.sheet.items())
    kinds: dict[str, tuple[Any, list[Item]]] = {
        "": (_("全部"), items),
        "left": (_("待打分"), page.sheet.unanswered),
        "unmet": (_("未达标"), page.sheet.unmet),
        "changed": (_("改过分"), [one for one in items if one.is_changed]),
        "na": (_("不适用"), [one for one in items if not one.applies]),
    }
    asked = request.args.get("show", "")
    chosen = asked if asked in kinds else ""
    keys = {one.key for one in kinds[chosen][1]}
    return {
        "shown": keys,
        "shown_groups": {
            group.key
            for capability in page.sheet.capabilities
            for group in capability.groups
            if any(one.key in keys for one in group.items)
        },
        "chips": [
            (
                f"{text} {len(found)}",
                url_for(".sheet", quarter=page.quarter, show=kind or None) + "#items",
                kind == chosen,
            )
            for kind, (text, found) in kinds.items()
        ],
    }


def _groups(sheet: Sheet) -> dict[str, list[str]]:
    return {one.title: [group.key for group in one.groups] for one in sheet.capabilities}


def steps_of(page: Page) -> dict[str, Any]:
    """What was done (``events``), which steps this person may take next, and what is missing for
    the next one."""
    found, sheet = page.found, page.sheet
    if found is None:
        return {"next_steps": [], "missing": "", "events": []}
    session = db.session()
    events = queries.events(session, found)
    signed_now = any(one.step is Step.DEPARTMENT and one.mark == sheet.mark for one in events)
    wanted = {
        State.OPEN: [Step.DEPARTMENT, *([Step.REVIEW] if signed_now else [])],
        State.REVIEWED: [Step.SIGN, Step.RETURN],
        State.SIGNED: [Step.FILE],
    }[found.state]
    undone = missing(page, Step.DEPARTMENT) if page.is_open else ""
    return {
        "next_steps": [] if undone else [one for one in wanted if _may_take(one, page)],
        "missing": undone,
        "events": events,
    }


def _may_take(step: Step, page: Page) -> bool:
    if step is Step.RETURN:
        return services.may_return(actor())
    return page.runs or (step is not Step.FILE and services.may_sign(step, actor()))


def _veto_forms(sheet: Sheet, shown: tuple[str, VetoForm] | None) -> dict[str, VetoForm]:
    found = {}
    for veto in sheet.vetoes:
        if veto.counted:
            continue
        given = veto.given
        data = {
            "seen": given.entry if given else 0,
            "holds": "" if veto.holds is None else "yes" if veto.holds else "no",
            "note": given.note if given else "",
        }
        is_shown = shown is not None and shown[0] == veto.key
        found[veto.key] = shown[1] if shown and is_shown else VetoForm(formdata=None, data=data)
    return found


def _leave_forms(page: Page) -> dict[int, LeaveForm]:
    ids = [one.person for one in page.sheet.members]
    return {one: LeaveForm(formdata=None, data={"leave": one}) for one in ids}


def _join_form(page: Page) -> JoinForm:
    form = JoinForm(formdata=None)
    known = {one.person for one in page.sheet.members}
    people = [one for one in active_people(db.session()) if one.id not in known]
    form.person.choices = choices([(0, _("请选择")), *told_apart(people)])
    return form


@bp.post(QUARTER + "/vetoes/<veto>")
@allow()
def mark_veto(quarter: str, veto: str) -> ResponseReturnValue:
    """Whether something that fails the whole assessment holds."""
    page, form = page_of(quarter, must_exist=True), VetoForm()
    asked = page.sheet.veto(veto) or abort(404)

    def again() -> ResponseReturnValue:
        newest = queries.newest_mark(db.session(), page.assessment(), veto)
        form.seen.data = newest.id if newest else 0
        return show(page_of(quarter), fragment="vetoes", veto_form=(veto, form), status=422)

    return carry_out(
        form,
        lambda session, now: services.mark_veto(
            session,
            queries.locked(session, page.quarter),
            asked,
            form.holds.data == "yes",
            note=form.note.data or "",
            seen=chosen_id(form.seen.data),
            by=actor(),
            now=now,
        ),
        _("已保存。"),
        location=url_for(".sheet", quarter=quarter) + "#vetoes",
        again=again,
        in_place=lambda: show(page_of(quarter), fragment="vetoes"),
    )


@bp.post(QUARTER + "/team")
@allow(*queries.RUNS)
def team(quarter: str) -> ResponseReturnValue:
    """Somebody joins the team, or leaves it (``leave``)."""
    page = page_of(quarter, must_exist=True)
    if "leave" in request.form:
        gone = chosen_id(request.form["leave"])
        return carry_out(
            LeaveForm(),
            lambda session, now: services.leave(
                session, queries.locked(session, page.quarter), gone, by=actor(), now=now
            ),
            _("已移出小组。"),
            location=url_for(".sheet", quarter=quarter) + "#team",
            again=lambda: show(page_of(quarter), status=422),
            in_place=lambda: show(page_of(quarter), fragment="team"),
        )
    form = JoinForm()
    people = active_people(db.session())
    form.person.choices = choices([(0, _("请选择")), *told_apart(people)])
    chosen = next((one.id for one in people if one.id == form.person.data), None)
    return carry_out(
        form,
        lambda session, now: services.join(
            session,
            queries.locked(session, page.quarter),
            queries.person(session, chosen),
            by=actor(),
            now=now,
        ),
        _("已加入小组。"),
        location=url_for(".sheet", quarter=quarter) + "#team",
        again=lambda: show(page_of(quarter), fragment="team", join_form=form, status=422),
        in_place=lambda: show(page_of(quarter), fragment="team"),
    )


@bp.post(QUARTER + "/hazards")
@allow()
def make_hazards(quarter: str) -> ResponseReturnValue:
    """Hazards of one item that fell short, or of all of them."""
    page, form = page_of(quarter, must_exist=True), HazardForm()
    asked, today = form.item.data or "", clock.today()

    def make(session: Session, now: datetime) -> list[Hazard]:
        found = queries.locked(session, page.quarter)
        table = queries.sheet(session, page.quarter, found, today)
        return services.make_hazards(session, found, table, asked, by=actor(), now=now)

    return carry_out(
        form,
        make,
        lambda made: (
            _("已登记%(n)s条隐患，请到隐患里派人整改。", n=len(made))
            if made
            else _("都已经登记过了。")
        ),
        location=url_for(".sheet", quarter=quarter) + "#unmet",
        again=lambda: show(page_of(quarter), status=422),
    )


@bp.get(QUARTER + "/records/<metric>")
@allow()
def metric_records(quarter: str, metric: str) -> ResponseReturnValue:
    """The rows behind a figure, as the ledgers hold them now."""
    page = page_of(quarter)
    session = db.session()
    part = page.sheet.part_of(metric)
    veto = next((one for one in page.sheet.vetoes if one.metric == metric), None)
    if part is None and veto is None:
        abort(404)
    figure = figures.figure(session, metric, page.quarter, now=clock.now())
    rows, count = records.behind(session, figure)
    return render(
        "assessments/records.html",
        page=page,
        item=page.sheet.item_of(metric),
        part=part,
        veto=veto if part is None else None,
        rows=rows,
        count=count,
        are_missing=figure.whole is not None and not figure.are_counted,
        words=labels,
        may_open=may_open,
        most=records.MOST,
    )
