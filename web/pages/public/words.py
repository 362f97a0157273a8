"""What a project's page and its award notice say alike: why somebody won, why a quote does not count, why nobody won."""

from collections.abc import Mapping
from typing import Any

from schema.labels import N_

WHY: Mapping[str, str] = {
    "LOWEST_PRICE": N_("有效报价中最低的一家中选。"),
    "REFERENCE_PRICE": N_("有效报价中最接近参考价的一家中选。"),
    "AVERAGE_PRICE": N_("有效报价中最接近平均价的一家中选。"),
    "CREDIT_MERIT": N_("按信用分排大名单、抽出小名单，由委托方在小名单中选定，理由公布。"),
    "PROPOSAL_MERIT": N_("评审总分最高的一家中选。"),
    "RANDOM_DRAW": N_("可验证的抽取中次序最前的一家中选。"),
    "REVERSE_AUCTION": N_("多轮竞价结束时价格最低的一家中选。"),
    "DIRECT": N_("委托方直接选取。"),
}
TIES: Mapping[str, str] = {
    "verifiable_draw": N_("最优的几家相同，由可验证的抽取决定先后。"),
    "earliest_receipt": N_("最优的几家相同，先收到的在前。"),
}
INVALID: Mapping[str, str] = {
    "above_ceiling": N_("无效：高于最高限价"),
    "not_the_fixed_price": N_("无效：不是固定价格"),
    "nonce_not_revealed": N_("无效：没有公开随机数"),
}
CAUSES: Mapping[str, str] = {"DECLINED": N_("中选机构放弃"), "NOT_SIGNED": N_("未按期签订合同")}
FAILURES: Mapping[str, str] = {
    "no_quotes": N_("截止时没有收到报价"),
    "all_invalid": N_("报价全部无效"),
    "too_few_valid_quotes": N_("有效报价不足"),
    "objection_upheld": N_("异议成立"),
    "award_forfeited": N_("中选机构弃选，没有后续机构"),
}


def reason(project: Mapping[str, Any]) -> str:
    """Why nobody won: a known reason in the reader's words, otherwise as it was written; "" when somebody may still."""
    given: str = project["outcomeReason"] if project["state"] in ("UNSUCCESSFUL", "CANCELLED") else ""
    return FAILURES.get(given, given)
