"""A ledger as a file: its words, its sheet of paper, its year."""

import io
import tracemalloc
from datetime import date

import pytest
from werkzeug.exceptions import NotFound

from tests.paper.samples import plain_text, rightmost
from unitsafe.core.domain import RuleError
from unitsafe.core.download import packed
from unitsafe.core.excel import Column, workbook
from unitsafe.core.printing import render_pdf
from unitsafe.school import ledgers
from unitsafe.school.ledgers import Ledger, days_in_words, months_of, widths

COLUMNS = [Column("编号", 8), Column("说明", 40), Column("电话", 12, on_paper=False), Column("天")]


def sheet(make, rows, **values):
    ledger = Ledger("台账", COLUMNS, rows, **values)
    return ledgers.sheet(ledger, make.school(), period="2026-11-23", now=make.now())


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (None, None, ""),
        (date(2026, 11, 1), None, "2026-11-01起"),
        (None, date(2026, 11, 30), "截至2026-11-30"),
        (date(2026, 11, 1), date(2026, 11, 30), "2026-11-01至2026-11-30"),
    ],
)
def test_days_read_as_people_say_them(first, last, words):
    assert days_in_words(first, last) == words


def test_columns_hold_their_numbers_and_fill_the_sheet():
    found = widths(
        [Column("编号", 2), Column("说明", 60), Column("又", 40)],
        [["YH-2026-0001", "x", "https://" + "a" * 90]],
        9.0,
    )
    assert found[0] > 12 * 1.6 and found[1] > found[2]
    assert sum(found) == pytest.approx(ledgers.SHEET, abs=0.3)
    crowded = widths([Column("数", 1)] * 30, [["1234567890"] * 30], 7.0)
    assert sum(crowded) <= ledgers.SHEET + 1
    assert widths([Column("空")], [], 9.0) == [ledgers.SHEET]


def test_the_paper_leaves_out_what_is_too_much_for_it(make):
    data = sheet(make, [["YH-1", "一二三", "139", date(2026, 11, 3)], ["YH-2", None, "", None]])
    assert [one["title"] for one in data["columns"]] == ["编号", "说明", "天"]
    assert data["rows"] == [["YH-1", "一二三", "2026-11-03"], ["YH-2", "", ""]]


def test_an_endless_paper_is_refused(make, monkeypatch):
    monkeypatch.setattr(ledgers, "MOST_PRINTED", 2)
    assert len(sheet(make, [["", "", "", None]] * 2)["rows"]) == 2
    with pytest.raises(RuleError):
        sheet(make, [["", "", "", None]] * 3)


def test_what_people_typed_prints_as_text_inside_the_sheet(make):
    rows = [["YH-2026-0001", "#text[*x*] = $a$ <b>", "", date(2026, 11, 3)]] * 60
    pdf = render_pdf("ledger", sheet(make, rows, narrowed="漏查、含“灯”"))
    text = plain_text(pdf)
    assert "共60条范围：漏查、含“灯”" in text and "#text[*x*]=$a$<b>" in text
    assert text.count("编号") > 1 and "第2页共2页" in text
    assert rightmost(pdf) < 842


def test_the_months_of_a_year_end_today_and_keep_to_the_days_asked_for(app, now):
    with app.test_request_context():
        found = months_of(2026, date(2026, 9, 10), None)
        assert found[0] == (date(2026, 9, 10), date(2026, 9, 30))
        assert found[-1] == (date(2026, 11, 1), date(2026, 11, 30))
        assert len(months_of(2025, None, None)) == 12
        assert months_of(2026, date(2026, 12, 1), None) == []


@pytest.mark.parametrize("text", ["2027", "1999", "abc", "-1", "２０２６", "20260", "9" * 40])
def test_a_year_that_is_none_is_unknown(app, now, text):
    with app.test_request_context(f"/checks.zip?year={text}"), pytest.raises(NotFound):
        ledgers.year_asked()


def test_memory_does_not_grow_with_the_rows():
    rows = (["YH-2026-0001", f"第{n}条" * 20, "", None] for n in range(3000))
    workbook("热身", COLUMNS, []).close()
    tracemalloc.start()
    with workbook("台账", COLUMNS, rows) as book:
        peak = tracemalloc.get_traced_memory()[1]
        size = book.seek(0, io.SEEK_END)
    tracemalloc.stop()
    assert size > 30_000 and peak < 1_500_000


def test_an_archive_of_nothing_is_none():
    assert packed([]) is None
