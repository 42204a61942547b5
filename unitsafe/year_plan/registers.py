"""Proofs that stand in the registers: equipment, contractors, papers, the micro station."""

from collections import defaultdict
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.core.figures import METRICS, Period
from unitsafe.documents.models import Document, DocumentEvent
from unitsafe.documents.rules import LOOKED_THROUGH
from unitsafe.documents.rules import Kind as Paper
from unitsafe.equipment.metrics import KEPT, extinguishers
from unitsafe.equipment.models import Equipment, EquipmentInspection
from unitsafe.maintenance.models import Maintenance
from unitsafe.maintenance.rules import Kind as Work
from unitsafe.micro_station.models import KitCount
from unitsafe.micro_station.queries import muster_between
from unitsafe.year_plan.facts import Found, Link, Reach, Record, ledger

SCORED = {"policy": "fire_policy_docs_ratio", "emergency_plan": "emergency_plan_score"}
"""Papers of which not one but a share is asked for, and the figure that says how many there are."""


@ledger("equipment", lambda _kind, _first, _last: Link("equipment.to_inspect"))
def inspections(session: Session, kinds: frozenset[str], reach: Reach) -> Found:
    """By month: extinguishers that were looked at, each once, of those the school keeps."""
    month = (
        sa.extract("year", EquipmentInspection.on),
        sa.extract("month", EquipmentInspection.on),
    )
    rows = session.execute(
        sa.select(
            sa.func.max(EquipmentInspection.on),
            sa.func.count(EquipmentInspection.equipment_id.distinct()),
        )
        .join(Equipment, Equipment.id == EquipmentInspection.equipment_id)
        .where(KEPT, extinguishers(), EquipmentInspection.on.between(reach.first, reach.last))
        .group_by(*month)
        .order_by(*month)
    ).all()
    kept = session.scalar(
        sa.select(sa.func.count()).select_from(Equipment).where(KEPT, extinguishers())
    )
    return {kind: [Record(day, done, kept) for day, done in rows] for kind in kinds}


@ledger("maintenance", lambda kind, _first, _last: Link("maintenance.index", {"kind": kind}))
def outside_work(session: Session, kinds: frozenset[str], reach: Reach) -> Found:
    """By kind: what contractors and test agencies did."""
    rows = session.execute(
        sa.select(Maintenance.kind, Maintenance.done_on, Maintenance.company, Maintenance.id)
        .where(
            Maintenance.kind.in_([kind for kind in Work if kind in kinds]),
            Maintenance.done_on.between(reach.first, reach.last),
        )
        .order_by(Maintenance.done_on, Maintenance.id)
    )
    found: dict[str, list[Record]] = defaultdict(list)
    for kind, day, company, number in rows:
        link = Link("maintenance.detail", {"maintenance_id": number})
        found[kind.value].append(Record(day, title=company, link=link))
    return found


@ledger("documents", lambda kind, _first, _last: Link("documents.index", {"kind": kind}))
def papers(session: Session, kinds: frozenset[str], reach: Reach) -> Found:
    """By kind: papers written or gone through; of policies and plans how much of what there
    should be there is, and no older than a year, on the day looked at."""
    found: dict[str, list[Record]] = defaultdict(list)
    for kind in kinds & set(SCORED):
        figure = METRICS[SCORED[kind]](session, Period(reach.first, reach.last, reach.on))
        found[kind].append(Record(reach.on, int(figure.amount or 0), figure.whole))
    rows = session.execute(
        sa.select(Document.kind, DocumentEvent.day, Document.title, Document.id)
        .join(Document, Document.id == DocumentEvent.document_id)
        .where(
            Document.kind.in_([kind for kind in Paper if kind in kinds - set(SCORED)]),
            DocumentEvent.action.in_(LOOKED_THROUGH),
            DocumentEvent.day.between(reach.first, reach.last),
        )
        .order_by(DocumentEvent.day, DocumentEvent.id)
    )
    for paper, day, title, number in rows:
        link = Link("documents.detail", {"document_id": number})
        found[paper.value].append(Record(day, title=title, link=link))
    return found


@ledger("micro_station", lambda _kind, _first, _last: Link("micro_station.index"))
def station(session: Session, kinds: frozenset[str], reach: Reach) -> Found:
    """Counts of the kit, and musters."""
    return {kind: [Record(day) for day in READ[kind](session, reach)] for kind in kinds}


def _counts(session: Session, reach: Reach) -> list[date]:
    start, end = clock.at(reach.first), clock.end_of(reach.last)
    moments = session.scalars(
        sa.select(KitCount.at).where(KitCount.at >= start, KitCount.at < end).order_by(KitCount.at)
    )
    return [clock.local(moment).date() for moment in moments]


def _musters(session: Session, reach: Reach) -> list[date]:
    found = session.scalars(muster_between(reach.first, reach.last))
    return sorted(clock.local(one.signal_at).date() for one in found)


READ = {"kit_check": _counts, "muster": _musters}
