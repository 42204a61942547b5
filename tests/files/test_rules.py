"""Which files are taken."""

import io
from zipfile import ZipFile

import pytest

from unitsafe.core.domain import RuleError
from unitsafe.files.rules import check_file, tidy_name

PDF = b"%PDF-1.7\n"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def office(folder: str, *more: str) -> bytes:
    """An Office file with parts in ``folder``."""
    data = io.BytesIO()
    with ZipFile(data, "w") as file:
        for name in ("[Content_Types].xml", f"{folder}/main.xml", *more):
            file.writestr(name, "")
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "suffix"),
    [
        ("年度检测报告.PDF", PDF, ".pdf"),
        ("扫描.pdf", b"\n\n" + PDF, ".pdf"),
        ("照片.jpeg", b"\xff\xd8\xff\xe0", ".jpg"),
        ("图.png", b"\x89PNG\r\n\x1a\n", ".png"),
        ("预案.docx", office("word"), ".docx"),
        ("名单.xlsx", office("xl"), ".xlsx"),
        ("课件.pptx", office("ppt"), ".pptx"),
        ("预案.doc", OLE, ".doc"),
        ("表.et", OLE, ".et"),
    ],
)
def test_what_schools_have_is_taken(name, data, suffix):
    assert check_file(name, data, most_mib=1) == suffix


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("页面.html", b"<script>", "不能上传"),
        ("图.svg", b"<svg/>", "不能上传"),
        ("装我.exe", b"MZ", "不能上传"),
        ("没有后缀", PDF, "不能上传"),
        ("报告.pdf.exe", PDF, "不能上传"),
        ("空.pdf", b"", "是空的"),
        ("报告.pdf", b"MZ" + PDF, "不是它名字上写的格式"),
        ("报告.pdf", b"<html>", "不是它名字上写的格式"),
        ("预案.docx", office("xl"), "不是它名字上写的格式"),
        ("预案.docx", b"PK\x03\x04broken", "不是它名字上写的格式"),
        ("带宏.xlsx", office("xl", "xl/vbaProject.bin"), "不是它名字上写的格式"),
        ("扫描.pdf", PDF + bytes(1024 * 1024), "超过1 MB"),
    ],
)
def test_what_is_not_what_it_says_or_too_large_is_refused_with_the_reason(name, data, why):
    with pytest.raises(RuleError, match=why):
        check_file(name, data, most_mib=1)


@pytest.mark.parametrize(
    ("name", "tidy"),
    [
        ("C:\\桌面\\报告.pdf", "报告.pdf"),
        ("../../etc/报告.pdf", "报告.pdf"),
        ("报\x00告\n.pdf", "报告.pdf"),
        ("长" * 200 + ".pdf", "长" * 116 + ".pdf"),
    ],
)
def test_a_name_keeps_what_people_read(name, tidy):
    assert tidy_name(name) == tidy
