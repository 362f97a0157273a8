"""The words of refusals: labels for values of our own, what somebody typed as it was typed."""

from datetime import UTC, datetime
from functools import partial

from market import errors
from schema.errors import FieldProblem, sentence
from schema.inputs import aware
from web import i18n

NOON = datetime(2026, 1, 2, 4, tzinfo=UTC)


def test_what_was_typed_is_not_translated() -> None:
    """An account that is called like a role stays what it is; the kind of thing has its word."""
    assert sentence(errors.NotFound("account", "agency"), str) == "找不到账号“agency”，或您无权查看。请核对编号。"
    assert "fields" not in sentence(errors.InvalidInput(()), str)


def test_no_sentence_has_a_hole() -> None:
    """What is empty is left out; a second objection is about the objection, not about the project's number."""
    english = partial(i18n.translate, "en")
    listed = errors.OnAvoidanceList("XM", "HB-1", "official_post", "任职", "条例", None)
    told = [
        (
            errors.AlreadyFiled("objection", "XM-1"),
            "贵机构对项目 XM-1 的这次中选已经提过异议，一次中选只能提一次。请等委托方答复。",
        ),
        (errors.AlreadyFiled("contract", "HT-1"), "合同编号 HT-1 已存在。请核对是否重复提交。"),
        (errors.NotPermitted("session:use", "ownership"), "您不能做这件事：只能由有关单位自己的人员办理。"),
        (errors.OutsideJurisdiction("DB-1", "", ""), "督办件 DB-1 不在该监管部门的管辖范围内。请由有管辖权的部门接办。"),
    ]
    assert [sentence(error, str) for error, _ in told] == [text for _, text in told]
    assert "没有定期限" in sentence(listed, str) and "no end" in sentence(listed, english)
    assert sentence(errors.NotFound("framework", "KJ-1"), english).startswith("There is no framework agreement “KJ-1”")
    holes = [sentence(error, english) for error in (listed, *(error for error, _ in told))]
    assert not [text for text in holes if "“”" in text or "-." in text or "None" in text or " -;" in text]


def test_in_a_pause_it_is_nobodys_turn() -> None:
    """Not an empty pair of quotation marks."""
    told = [sentence(errors.NotYourTurn(NOON, turn, NOON, NOON), str) for turn in ("", "甲")]
    assert "现在轮到：没有人（" in told[0] and "现在轮到：甲（" in told[1]


def test_a_year_that_is_none_is_said_in_words() -> None:
    """No bounds of the clock."""
    try:
        aware("closesAt", datetime(9999, 1, 1, tzinfo=UTC))
    except errors.InvalidInput as bad:
        assert [FieldProblem.of(problem, str).message for problem in bad.fields] == ["请核对年份，没有这样的日期。"]
    else:
        raise AssertionError("taken")
