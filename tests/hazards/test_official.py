"""整改通知书, 复查意见, 转报函: what they say and leave blank."""

import pytest

from tests.paper.samples import plain_text
from unitsafe.hazards import services
from unitsafe.hazards.rules import Level, State


@pytest.fixture
def paper(browser, make):
    """The text of a paper of a hazard."""

    def read(hazard, name):
        answer = browser(make.someone("officer")).get(f"/hazards/{hazard.number}/{name}.pdf")
        assert answer.status == 200
        return plain_text(answer.response.data)

    return read


def test_a_notice_tells_its_receiver_what_to_do_by_when(make, session, paper):
    hazard = make.hazard(level=Level.SERIOUS)
    hazard.measure, hazard.interim_measure, hazard.stop_use = "搬走书柜", "专人看护。", True
    session.commit()
    text = paper(hazard, "notice")
    for wanted in (
        "育新小学隐患整改通知书",
        f"编号：{hazard.number}",
        "teacher：2026年11月23日，学校在教学楼一层教室发现以下安全隐患",
        "，较大）：后门被书柜占住一半。",
        "请于2026年11月30日前整改完毕",
        "整改措施：搬走书柜。整改完成前的防范措施：专人看护。",
        "即日起停用",
        "签收人：",
        "育新小学（盖章）",
        "（公安部令第61号）第三十二条",
    ):
        assert wanted in text


def test_a_recheck_is_blank_until_somebody_looked(make, paper):
    text = paper(make.hazard(State.RECTIFIED), "recheck")
    assert "书柜已搬走" in text and "✓" not in text and "director" not in text


def test_a_recheck_of_what_is_closed_is_ticked_and_named(make, paper):
    text = paper(make.hazard(State.CLOSED), "recheck")
    assert "✓已按要求整改" in text and text.count("director（2026-11-2308:00系统签字）") == 2
    assert "没有整改前照片" in text and "第三十三条" in text


def test_what_was_returned_stays_on_the_paper_and_the_next_attempt_is_blank(make, session, paper):
    hazard, leader = make.hazard(State.RECTIFIED), make.actor(make.someone("leader"))
    services.send_back(session, hazard, reason="门关不严", by=leader, now=make.now())
    session.commit()
    returned = paper(hazard, "recheck")
    assert "✓未达到要求" in returned and "（leader）：退回重改，门关不严。" in returned
    teacher = make.someone("teacher")
    services.report_done(
        session,
        hazard,
        measure="已调整",
        photo_ids=[make.photo(teacher, "blue").id],
        by=make.actor(teacher),
        now=make.now(),
    )
    session.commit()
    again = paper(hazard, "recheck")
    assert "✓" not in again and "退回重改" in again and "已调整" in again


def test_a_letter_to_the_outside_leaves_its_receiver_to_be_written_in(make, paper):
    text = paper(make.hazard(), "transfer")
    assert "关于报请协调解决安全隐患的函文号：" in text
    assert "我校自身确无能力解决" in text and "第三十四条" in text


def test_a_letter_goes_to_whom_the_newest_step_names(make, session, paper):
    hazard, manager = make.hazard(), make.actor(make.someone("manager"))
    services.escalate(
        session,
        hazard,
        body="区教育局",
        document_no="育新〔2026〕7号",
        reason="围墙外的消防车道需要协调",
        by=manager,
        now=make.now(),
    )
    session.commit()
    text = paper(hazard, "transfer")
    assert "的函育新〔2026〕7号区教育局：" in text and "围墙外的消防车道需要协调。" in text
    services.transfer(
        session,
        hazard,
        body="供电公司",
        document_no="",
        reason="变压器",
        by=manager,
        now=make.now(),
    )
    session.commit()
    text = paper(hazard, "transfer")
    assert "关于协助整改安全隐患的函" in text and "供电公司：" in text and "第三十四条" not in text


def test_what_is_no_hazard_has_no_papers(browser, make):
    number = make.hazard(State.REJECTED).number
    client = browser(make.someone("officer"))
    for name in ("notice", "recheck", "transfer"):
        assert client.get(f"/hazards/{number}/{name}.pdf").status == 404
