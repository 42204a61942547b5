"""Filters of the ledger under a name."""

from flask import abort, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from unitsafe import clock
from unitsafe.core import once
from unitsafe.core.access import actor, allow
from unitsafe.core.db import writing
from unitsafe.core.domain import Right, RuleError
from unitsafe.core.errors import sentence
from unitsafe.core.forms import Form
from unitsafe.core.htmx import see_other
from unitsafe.hazards import saved_views
from unitsafe.hazards.ledger_forms import SaveViewForm
from unitsafe.hazards.views import bp
from unitsafe.hazards.views.ledger import given_filters, here_only, show_ledger


@bp.post("/hazards/views")
@allow(Right.CREATE_HAZARD)
def save_view() -> ResponseReturnValue:
    """Keep the filters in the address under a name."""
    form = SaveViewForm()
    if form.validate():
        query = given_filters()
        try:
            with writing() as session:
                once.claim(
                    session, form.once.data, by=actor().id, now=clock.now()
                ).location = url_for(".index")
                saved_views.save(
                    session, name=form.name.data, query=query, by=actor(), now=clock.now()
                )
            flash(_("已保存为“%(name)s”。", name=form.name.data))
            return see_other(here_only(query))
        except RuleError as error:
            form.name.errors = [sentence(error)]
    return show_ledger(save_form=form, status=422)


@bp.post("/hazards/views/<int:view_id>/delete")
@allow(Right.CREATE_HAZARD)
def drop_view(view_id: int) -> ResponseReturnValue:
    """Forget one of one's own."""
    form = Form()
    with writing() as session:
        key = once.claim(session, form.once.data, by=actor().id, now=clock.now())
        key.location = url_for(".index")
        if not saved_views.drop(session, view_id, by=actor()):
            abort(404)
    flash(_("已删除。"))
    return see_other(key.location)
