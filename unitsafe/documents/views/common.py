"""What the pages of papers share: who may write, which paper is meant."""

from flask import abort
from sqlalchemy.orm import Session

from unitsafe.core.access import actor
from unitsafe.core.db import db
from unitsafe.core.domain import Right
from unitsafe.documents import queries, rules
from unitsafe.documents.models import Document
from unitsafe.school.queries import school

EDIT = (Right.MANAGE_SCHOOL, Right.EDIT_BASIC_INFO)
READERS = (Right.VIEW_ALL, *EDIT)
ONE = "/documents/<int:document_id>"


def may_edit() -> bool:
    """Whether this person keeps the papers."""
    return rules.may_edit(actor().rights)


def editors_only() -> None:
    """403 for who edits the facts of a grid and sees no more than that."""
    if not may_edit():
        abort(403)


def sees_readers() -> bool:
    """Whether this person may know who has read what."""
    return may_edit() or Right.VIEW_ALL in actor().rights


def ahead(session: Session) -> int:
    """How many days before its review a paper is shown."""
    return school(session).number("document_ahead")


def found(document_id: int) -> Document:
    """The paper this person may see, else 404."""
    return queries.document(db.session(), actor(), document_id) or abort(404)
