"""The register of training certificates: a renewal is a new row, the old one ends."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from unitsafe import clock
from unitsafe.activities.models import Certificate
from unitsafe.activities.training_rules import CertificateKind, Grade
from unitsafe.core import audit
from unitsafe.core.domain import Actor, RuleError
from unitsafe.files import services as files


@dataclass(frozen=True)
class CertificateFacts:
    """What stands on a certificate; ``expires_on`` None: without end."""

    person_id: int
    kind: CertificateKind
    issued_on: date
    number: str = ""
    grade: Grade | None = None
    expires_on: date | None = None


def add(
    session: Session,
    facts: CertificateFacts,
    *,
    file_ids: list[int] | tuple[()] = (),
    by: Actor,
    now: datetime,
) -> Certificate:
    """A certificate; the person's earlier ones of the same kind end (others may be of any sort).
    One that has expired already is taken: the register says so."""
    if facts.issued_on > clock.local(now).date():
        raise RuleError("发证日期不能是以后的日子。", field="issued_on")
    if facts.expires_on and facts.expires_on <= facts.issued_on:
        raise RuleError("有效期要晚于发证日期。", field="expires_on")
    if facts.kind is CertificateKind.CONTROL_ROOM and facts.grade is None:
        raise RuleError("请选择证书等级。", field="grade")
    earlier = session.scalars(
        sa.select(Certificate).where(
            Certificate.person_id == facts.person_id,
            Certificate.kind == facts.kind,
            Certificate.kind != CertificateKind.OTHER,
            Certificate.ended_at.is_(None),
        )
    ).all()
    kept = files.own(session, by, file_ids)
    made = Certificate(
        person_id=facts.person_id,
        kind=facts.kind,
        number=facts.number,
        grade=facts.grade or "",
        issued_on=facts.issued_on,
        expires_on=facts.expires_on,
        file_id=kept[0].id if kept else None,
    )
    session.add(made)
    for one in earlier:
        if one.issued_on > facts.issued_on:
            raise RuleError(
                "已经有一张更新的证书（%(day)s发证），旧证不用再登记。",
                day=one.issued_on.isoformat(),
                field="issued_on",
            )
        one.ended_at = now
    session.flush()
    _record(session, "certificate.add", made, by, now)
    return made


def end(session: Session, certificate: Certificate, *, by: Actor, now: datetime) -> None:
    """It does not hold any more, or was entered by mistake."""
    if certificate.ended_at is not None:
        raise RuleError("这张证书已经停用。")
    certificate.ended_at = now
    session.flush()
    _record(session, "certificate.end", certificate, by, now)


def _record(
    session: Session, action: str, certificate: Certificate, by: Actor, now: datetime
) -> None:
    data = {
        "person": certificate.person_id,
        "kind": certificate.kind,
        "number": certificate.number,
        "grade": certificate.grade,
        "expires_on": certificate.expires_on,
    }
    subject = f"certificate:{certificate.id}"
    audit.record(session, action, subject, by=by, now=now, data=data)
