"""What plates and labels print, from the records."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import segno
from flask_babel import gettext as _

from unitsafe import clock, content
from unitsafe.paper import shapes
from unitsafe.places.labels import kind_name
from unitsafe.plates import rules
from unitsafe.plates.queries import PlateLine
from unitsafe.school.models import School

QUIET_ZONE = 4
"""Modules of white around the square. Source: ISO/IEC 18004."""
ERROR_CORRECTION = "q"
"""A quarter of the square may be scratched or painted over."""


def qr_code(address: str) -> segno.QRCode:
    """The square that opens ``address``."""
    return segno.make_qr(address, error=ERROR_CORRECTION, boost_error=False)


def qr_svg(address: str) -> str:
    """The square as SVG, with its quiet zone."""
    out = io.BytesIO()
    qr_code(address).save(
        out, kind="svg", border=QUIET_ZONE, xmldecl=False, omitsize=True, light="#fff"
    )
    return out.getvalue().decode()


def plates(
    lines: Sequence[PlateLine],
    school: School,
    *,
    address: str,
    form: Literal["plate", "label"],
    has_phones: bool,
    now: datetime,
) -> tuple[shapes.Plates, dict[str, str]]:
    """The plates and their squares by name; ``address`` is what phones open, without a slash."""
    data: shapes.Plates = {
        "school": school.name,
        "title": _("部位责任牌") if form == "plate" else _("部位二维码标签"),
        "period": "",
        "printed_at": f"{clock.local(now):%Y-%m-%d %H:%M}",
        "version": "",
        "format": form,
        "plates": [_plate(line, school, has_phone=has_phones) for line in lines],
    }
    return data, {f"qr{line.space.id}": qr_svg(f"{address}/q/{line.space.plate}") for line in lines}


def _plate(line: PlateLine, school: School, *, has_phone: bool) -> shapes.Plate:
    space, holder = line.space, line.holder
    return {
        "building": space.building.name,
        "name": space.name,
        "kind": kind_name(space.kind),
        "is_key_area": space.is_key_area,
        "grid": f"{line.grid.code} {line.grid.name}" if line.grid else "",
        "holder": holder.name if holder else "",
        "phone": holder.phone if holder and has_phone else "",
        "duties": duty_lines(space.kind),
        "hotline": school.hotline,
        "code": space.plate,
        "qr": f"qr{space.id}",
    }


def duty_lines(kind: str) -> list[str]:
    """The three duty lines for a space of ``kind``, from the posts' statements."""
    post, first = rules.duty_source(kind)
    return list(content.load().posts[post].statements[first : first + rules.LINES])
