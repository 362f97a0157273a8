"""What a project's page and its award notice say alike: why somebody won, why a quote does not count, why nobody won."""

from collections.abc import Mapping
from typing import Any

from schema.labels import LABELS, N_

WHY: Mapping[str, str] = {
    "LOWEST_PRICE": N_("有效报价中最低的一家中选。"),
    "REFERENCE_PRICE": N_("有效报价中最接近参考价的一家中选。"),
    "AVERAGE_PRICE": N_("有效报价中最接近平均价的一家中选。"),
    "CREDIT_MERIT": N_("按信用分排大名单、抽出小名单，由委托方在小名单中选定，理由公布。"),
    "PROPOSAL_MERIT": N_("评审总分最高的一家中选。"),
    "RANDOM_DRAW": N_("可验证的抽取中次序最前的一家中选。"),
    "REVERSE_AUCTION": N_("多轮竞价结束时报价最低的一家中选。"),
    "ROTATION": N_("报价的入围机构中，最久没有轮到的一家中选；轮次见公开日志。"),
    "DIRECT": N_("委托方直接选取。"),
}
TIES: Mapping[str, str] = {
    "verifiable_draw": N_("最优的几家相同，由可验证的抽取决定先后。"),
    "earliest_receipt": N_("最优的几家相同，先收到的在前。"),
}
INVALID: Mapping[str, str] = {
    "affiliate_of_agency": N_("无效：审批机关所属或主管的单位"),
    "on_avoidance_list": N_("无效：应当回避"),
    "practitioner_not_registered": N_("无效：报价写明的从业人员已不在该机构或证书过期"),
    "practitioner_in_two_quotes": N_("无效：从业人员已属另一家，两份报价写了同一人"),
    "above_ceiling": N_("无效：高于最高限价"),
    "not_the_fixed_price": N_("无效：不是固定价格"),
    "not_revealed": N_("无效：没有在期限内公开报价"),
    "nonce_not_revealed": N_("无效：没有公开随机数"),
}
CAUSES: Mapping[str, str] = {"DECLINED": N_("中选机构放弃"), "NOT_SIGNED": N_("未按期签订合同")}
FAILURES: Mapping[str, str] = {
    "no_quotes": N_("截止时没有收到报价"),
    "all_invalid": N_("报价全部无效"),
    "too_few_valid_quotes": N_("有效报价不足"),
    "objection_upheld": N_("异议成立"),
    "beacon_missing": N_("约定的公开信标没有按期公布，抽取作废"),
    "award_forfeited": N_("中选机构弃选，没有后续机构"),
    "short_list_barred": N_("小名单上的机构都已不得承接"),
}


def reason(project: Mapping[str, Any]) -> str:
    """Why nobody won: a known reason in the reader's words, otherwise as it was written; "" when somebody may still."""
    given: str = project["outcomeReason"] if project["state"] in ("UNSUCCESSFUL", "CANCELLED") else ""
    return FAILURES.get(given, given)


def left_out(award: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Who of a rotation's members was not free to quote and keeps its turn: code and why."""
    values = [working["value"] for working in award["workings"] if working["name"] == "leftOut"]
    pairs = [pair.partition("=") for value in values for pair in value.split(",")]
    return [(code, LABELS[why]) for code, _, why in pairs]
