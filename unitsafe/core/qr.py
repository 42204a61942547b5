"""QR codes, drawn once for screen and paper."""

import io

import segno


def qr_svg(text: str) -> str:
    """The code of ``text`` as an SVG element without size, white ground and quiet zone included.

    Error correction M: a folded or spotted slip still reads.
    """
    stream = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        stream, kind="svg", xmldecl=False, nl=False, omitsize=True, light="#fff", border=4
    )
    return stream.getvalue().decode()
