"""The words for the rulebook's dated limits, by what they are about."""

from collections.abc import Mapping
from typing import Any

from schema.labels import N_
from web.pages.operation import Variables

Data = dict[str, Any]

ABOUT: Mapping[str, Mapping[str, str]] = {
    N_("公告和报价"): {
        "open_period": N_("公告最少开放多久"),
        "question_lead": N_("截止前多久停止提问"),
        "opening_grace": N_("截止后等已收到的报价入库多久"),
        "quote_reveal_period": N_("自己保管的报价多久之内公开"),
        "minimum_quotes_agency": N_("部门委托至少要几份有效报价"),
        "minimum_quotes_applicant": N_("申请人委托至少要几份有效报价"),
        "minimum_quotes_merit": N_("方案择优、信用择优至少要几份"),
        "narrow_field_below": N_("有资质的少于几家要写理由"),
        "framework_longest": N_("框架协议最长多久"),
        "framework_decision": N_("入围申请多久之内决定"),
        "framework_reentry": N_("被拒绝或退出后多久不能再申请入围"),
        "sealed_batch": N_("密封承诺多久写进日志一次"),
    },
    N_("选取方法"): {
        "reference_percent_low": N_("最优价系数的下限（%%）"),
        "reference_percent_high": N_("最优价系数的上限（%%）"),
        "reference_drop_from": N_("几家起去掉最高最低"),
        "credit_points_per_lot": N_("信用择优：几分一签"),
        "credit_points_unknown": N_("没有信用分的按几分算"),
        "minimum_evaluators_agency": N_("部门委托至少几位评审人"),
        "minimum_evaluators_applicant": N_("申请人委托至少几位评审人"),
    },
    N_("抽取和竞价"): {
        "draw_reveal_period": N_("自己保管的随机数多久之内公开"),
        "draw_codes": N_("每次抽取的密码串有几节"),
        "draw_beacon_above": N_("部门委托超过多少必须用公开信标"),
        "beacon_period": N_("信标在多久之内录入，逾期不用信标"),
        "auction_rounds": N_("竞价几轮"),
        "auction_turn": N_("竞价每家每轮多久"),
        "auction_pause": N_("竞价两轮之间多久"),
        "auction_grace": N_("竞价时段结束后等多久"),
        "auction_tolerance": N_("竞价迟开超过多久改期"),
        "auction_lead": N_("开启后多久才能开始竞价"),
        "auction_hour": N_("竞价默认几点开始"),
        "auction_step": N_("竞价每次至少降千分之几"),
    },
    N_("中选以后"): {
        "standstill": N_("中选公示多久"),
        "objection_answer_period": N_("异议多久之内答复"),
        "contract_period": N_("中选后多久之内签合同"),
        "suspension_longest": N_("中选最长暂停多久"),
    },
    N_("评价"): {
        "rating_period": N_("验收后多久之内可以评价"),
        "rating_fades": N_("评价的分量多久减到零"),
        "rating_prior": N_("没有评价时从几星起算"),
        "rating_prior_weight": N_("起算值相当于几份评价"),
        "rating_minimum": N_("不足几份评价不显示星级"),
        "rating_appeal_period": N_("评价后多久之内可以申诉"),
        "rating_decision_period": N_("评价申诉多久之内处理"),
    },
    N_("平台措施"): {
        "measure_statement": N_("拟采取措施告知后多久之内陈述"),
        "measure_appeal": N_("措施决定后多久之内可以申诉"),
        "measure_appeal_decision": N_("措施申诉多久之内处理"),
        "measure_pause_longest": N_("暂停报名最长多久"),
        "measure_repeat": N_("多久之内再次才算第二次、第三次"),
        "measure_shown": N_("措施公开多久"),
    },
    N_("监督和投诉"): {
        "case_take_period": N_("督办件多久之内接办"),
        "explanation_period": N_("要求说明后多久之内答复"),
        "refund_period": N_("责令退款多久之内退"),
        "rectification_period": N_("责令整改多久之内报告"),
        "complaint_accept_period": N_("投诉多久之内受理"),
        "complaint_decide_period": N_("投诉受理后多久之内办结"),
        "complaints_address": N_("一个网络地址可以连续投诉几次"),
        "complaint_pause": N_("之后停多久"),
    },
    N_("登录和上传"): {
        "session_lifetime": N_("登录多久失效"),
        "access_link_lifetime": N_("一次性链接多久失效"),
        "sign_in_attempts_account": N_("一个账号可以输错几次密码"),
        "sign_in_attempts_address": N_("一个网络地址可以输错几次"),
        "sign_in_pause": N_("之后停多久（登录）"),
        "upload_files_day": N_("一个账号一天上传几个文件"),
        "upload_megabytes_day": N_("一天上传多少 MB"),
        "upload_megabytes_account": N_("总共上传多少 MB"),
    },
}
"""Chapter → name of a setting → what it says. A test holds it against the rulebook."""


def chapters(data: Data, _asked: Variables) -> Data:
    """Chapter → rows, each with its words, the newest of a name first."""
    rows = sorted(data["rulebook"], key=lambda row: str(row["since"]), reverse=True)
    return {"chapters": {chapter: list(_rows(names, rows)) for chapter, names in ABOUT.items()}}


def _rows(names: Mapping[str, str], rows: list[Data]) -> list[Data]:
    return [row | {"words": words} for name, words in names.items() for row in rows if row["name"] == name]


def edition(data: Data, _asked: Variables) -> Data:
    """The edition before, None for the first; the changes by item."""
    number = data["edition"]["number"]
    items: dict[tuple[str, str, str], list[Data]] = {}
    for change in data["edition"]["changes"]:
        items.setdefault((change["kind"], change["code"], change["name"]), []).append(change)
    before = next((row for row in data["editions"] if row["number"] == number - 1), None)
    return {"before": before, "changed": [(*key, rows) for key, rows in items.items()]}
