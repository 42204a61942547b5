"""The drawn signature of a form that is signed on the screen."""

from flask_babel import gettext as _

from unitsafe.core.blobs import StorageError
from unitsafe.core.images import PhotoRefused
from unitsafe.core.signing import SignatureForm
from unitsafe.photos.services import Kept, keep_file


def keep_signature(form: SignatureForm, name: str) -> tuple[Kept | None, bool]:
    """Keep the drawing of a form, outside any write; and whether the form is signed at all: with a
    drawing, or by typing one's own ``name``. What is wrong stands beside its field."""
    if not form.validate():
        return None, False
    try:
        kept = keep_file(form.picture) if form.picture else None
    except (PhotoRefused, StorageError):
        form.drawing.data = ""
        form.typed_name.errors = [_("签名没有传上来，请重写一次，或改为输入姓名。")]
        return None, False
    if kept is None and form.typed_name.data != name:
        form.typed_name.errors = [_("和您的姓名“%(name)s”不一致。", name=name)]
        return None, False
    return kept, True
