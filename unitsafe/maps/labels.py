"""What the pages of the maps say."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from unitsafe.core import images_child
from unitsafe.core.blobs import StorageError
from unitsafe.core.images import PhotoRefused

_REFUSALS = {
    images_child.NOT_A_PHOTO: _l(
        "这个文件不是图片。CAD图纸、Word文档请先截图，或另存为PNG、JPEG图片再上传。"
    ),
    images_child.UNSUPPORTED: _l(
        "不支持这种格式（例如SVG、PDF）。请在电脑上打开后截图，或另存为PNG、JPEG图片再上传。"
    ),
    images_child.DAMAGED: _l("图片不完整或已损坏。请重新截图或另存一次再上传。"),
    images_child.TOO_MANY_BYTES: _l("图片超过%(limit)s MB。请缩小，或另存为JPEG后再上传。"),
    images_child.TOO_MANY_PIXELS: _l(
        "图片超过%(limit)s万像素，太大了。请把长边缩小到6000像素以内，或截图后再上传。"
    ),
    images_child.NOT_FINISHED: _l("图片没有处理完。请稍后再试，或把图片缩小后再上传。"),
}


def why_refused(error: PhotoRefused | StorageError) -> str:
    """Why a picture was not taken, and the way out."""
    if isinstance(error, StorageError):
        return str(error)
    text = _REFUSALS.get(error.message)
    return str(text) % error.values if text else str(_(error.message, **error.values))
