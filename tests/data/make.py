"""Makes the lists beside it, ugly as schools keep them: `python tests/data/make.py`."""

import struct
from datetime import UTC, date, datetime
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).parent
ROOMS = [
    ["楼栋", "楼层", "房间名称", "类型", "是否重点部位"],
    ["教学楼A", "１", " 101教室\u00a0", "普通教室", "否"],
    ["教学楼A", "三楼", "科学实验室", "", "√"],
    ["食堂", "1F", "食堂操作间", "厨房", "是"],
]


def main() -> None:
    """Write every file."""
    rooms_of_a_school(HERE / "rooms.xlsx")
    staff(HERE / "staff.xlsx")
    equipment(HERE / "equipment.xlsx")
    text = "".join(",".join(row) + "\r\n" for row in ROOMS)
    (HERE / "rooms-gbk.csv").write_bytes(text.encode("gb18030"))
    (HERE / "rooms-utf8-mark.csv").write_bytes(text.encode("utf-8-sig"))
    (HERE / "rooms-utf16.csv").write_bytes(text.replace(",", "\t").encode("utf-16"))
    (HERE / "rooms-semicolons.csv").write_bytes(text.replace(",", ";").encode())
    (HERE / "rooms.xls").write_bytes(xls("教室", ROOMS))
    (HERE / "rooms.et").write_bytes(xls("教室", ROOMS))
    empty(HERE / "empty.xlsx")


def book_at(path: Path) -> xlsxwriter.Workbook:
    """A workbook that is the same file whenever it is made."""
    book = xlsxwriter.Workbook(path)
    book.set_properties({"created": datetime(2026, 9, 1, tzinfo=UTC)})
    return book


def rooms_of_a_school(path: Path) -> None:
    """A cover sheet, a hidden one; a merged title, two rows of heads, buildings merged over their
    rooms, formulas, empty rows, heads repeated on the second printed page, a sum at the end."""
    book = book_at(path)
    book.add_worksheet("说明").write(0, 0, "育新小学部位清单")
    hidden = book.add_worksheet("旧表")
    hidden.write_row(0, 0, ["楼栋", "部位", "楼层"])
    hidden.hide()
    sheet = book.add_worksheet("部位清单")
    sheet.merge_range("A1:G1", "育新小学楼栋及部位一览表（2026年9月）")
    sheet.write(1, 0, "填表人：总务处")
    sheet.merge_range("A4:A5", "序号")
    sheet.merge_range("B4:D4", "位置")
    sheet.merge_range("E4:E5", "房间类型")
    sheet.merge_range("F4:F5", "是否\n重点部位")
    sheet.merge_range("G4:G5", "备注")
    sheet.write_row(4, 1, ["楼 栋", "所在楼层", "部位名称"])
    sheet.merge_range("B6:B9", "教学楼Ａ")
    sheet.write_formula(5, 0, "=ROW()-5", None, 1)
    sheet.write_row(5, 2, [1, "101教室", "教室", ""])
    sheet.write_formula(6, 0, "=A6+1", None, 2)
    sheet.write_row(6, 2, ["１", "一层走廊", "", "否"])
    sheet.write_row(7, 2, ["一层", "东侧楼梯间 ", "", "×"])
    sheet.write_formula(8, 2, "=1+1", None, 2)
    sheet.write_row(8, 3, ["２０１教室", "普通教室"])
    sheet.write_row(10, 1, ["楼 栋", "所在楼层", "部位名称", "房间类型", "是否\n重点部位"])
    sheet.write_row(11, 1, ["食堂", "1F", "操作间", "厨房/操作间", True])
    sheet.write_row(12, 1, ["同上", "B1", "库房", "", "是"])
    sheet.write_formula(13, 2, "=NA()", None, "#N/A")
    sheet.write_row(14, 1, ["", "", "", "", "", ""])
    book.close()


def staff(path: Path) -> None:
    """Phones as numbers, as text with blanks, as land lines; posts in one cell; namesakes."""
    book = book_at(path)
    sheet = book.add_worksheet("教职工名单")
    rows: list[list[object]] = [
        ["序号", "姓 名", "职务", "联系电话（手机）", "办公室"],
        [1, "张 伟", "校长", 13800000001.0, "校长室"],
        [2, "李娜", "班主任、任课教师\n年级组长", "138 0000 0002", "三年级组"],
        [3, "王芳", "宿管；网格员", "（0571）88880003", "值班室"],
        [4, "王芳", "门卫", "13800000004", ""],
        [5, "陈强", "保洁队长", "1380000000", ""],
        [6, "刘洋", "水电工", "1.38E+10", ""],
        [7, "赵敏", "", "", ""],
        [8, "赵敏", "", "", ""],
    ]
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()


def equipment(path: Path) -> None:
    """Dates in every spelling, quantities with units, places with and without the building."""
    book = book_at(path)
    sheet = book.add_worksheet("消防器材台账")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    rows: list[list[object]] = [
        ["消防设施器材台账"],
        [],
        ["编号", "器材名称", "规格型号", "楼栋", "放置位置", "数量", "生产厂家", "出厂日期", "启用日期", "上次维修日期", "下次送修日期", "状态"],
        ["MH-001", "手提式干粉灭火器", "MFZ/ABC4", "教学楼A", "101教室", "2具", "浙安厂", "2024年9月", "2024.10.8", "", "2029-09", "正常"],
        ["MH-002", "灭火器", "MT3", "", "教学楼A101教室", 1, "", "2023/3/1", "", "", "", "完好"],
        ["MH-003", "灭火器", "", "教学楼A", "101教室", 1, "", "202301", "", "", "", "正常"],
        ["MH-004", "室内消火栓", "SG24", "教学楼A", "走道", "一", "", "2023-13-01", "", "", "", "正常"],
        ["MH-001", "应急灯", "", "教学楼A", "101教室", 1, "", "", 45170, "", "", "坏"],
        ["MH-006", "安全出口标志", "", "实验楼", "一层", 0, "", "", "", "", "", "不知道"],
    ]  # fmt: skip
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    sheet.write_datetime(4, 8, date(2023, 5, 4), day)
    book.close()


def empty(path: Path) -> None:
    """A sheet with colours and nothing else."""
    book = book_at(path)
    sheet = book.add_worksheet()
    sheet.write_blank(3, 3, None, book.add_format({"bg_color": "yellow"}))
    book.close()


def xls(name: str, rows: list[list[str]]) -> bytes:
    """A workbook of one sheet of texts as Excel 97 wrote it (BIFF8 in an OLE container)."""

    def record(kind: int, body: bytes = b"") -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def begin(what: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, what, 0, 1997, 0, 0x0600))

    cells = [
        record(0x0204, struct.pack("<HHHHB", r, c, 0, len(text), 1) + text.encode("utf-16-le"))
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
        if text
    ]
    extent = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0)
    sheet = begin(0x0010) + record(0x0200, extent) + b"".join(cells) + record(0x000A)
    title = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    encoding = record(0x0042, struct.pack("<H", 1200))
    head = (
        len(begin(0x0005)) + len(encoding) + len(record(0x0085, bytes(6) + title) + record(0x000A))
    )
    about = record(0x0085, struct.pack("<IH", head, 0) + title)
    return ole(begin(0x0005) + encoding + about + record(0x000A) + sheet)


def ole(stream: bytes) -> bytes:
    """An OLE container of one stream called Workbook."""
    size = max(4096, -(-len(stream) // 512) * 512)  # shorter streams would lie elsewhere
    sectors, end, free = size // 512, 0xFFFFFFFE, 0xFFFFFFFF
    table = [0xFFFFFFFD, end, *range(3, sectors + 2), end]
    table += [free] * (128 - len(table))
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0, 0)
    header += struct.pack("<I", free) * 108

    def entry(name: str, kind: int, child: int, start: int, length: int) -> bytes:
        text = name.encode("utf-16-le") + bytes(2) if name else b""
        body = struct.pack("<64sHBBIII", text, len(text), kind, 1, free, free, child)
        return body + bytes(36) + struct.pack("<IQ", start, length)

    root = entry("Root Entry", 5, 1, end, 0) + entry("Workbook", 2, free, 2, size)
    folder = root + entry("", 0, free, 0, 0) * 2
    return header + struct.pack("<128I", *table) + folder + stream.ljust(size, b"\0")


if __name__ == "__main__":
    main()
