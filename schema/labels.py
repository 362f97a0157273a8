"""The words that people read for the values that programs read. Chinese is the source, English is in the catalogue of translations."""


def N_(text: str) -> str:  # noqa: N802 - the name that extraction tools look for
    """Mark a text for translation where it stands; it is translated where it is shown."""
    return text


LABELS: dict[str, str] = {
    "applicant": N_("申请人"),
    "agency": N_("行政机关"),
    "intermediary": N_("中介机构"),
    "regulator": N_("监管部门"),
    "operator": N_("运营机构"),
    "helper": N_("帮代办员"),
    "draft": N_("草稿"),
    "under_review": N_("审核中"),
    "open": N_("报名中"),
    "closed": N_("已截止、待开启"),
    "standstill": N_("中选公示"),
    "awarded": N_("已中选、待签合同"),
    "contract_filed": N_("合同已备案"),
    "withdrawn": N_("已撤回"),
    "cancelled": N_("已取消"),
    "unsuccessful": N_("流标"),
    "mandatory": N_("强制性事项"),
    "applicant_choice": N_("申请人自主决定"),
    "agency_commissioned": N_("行政机关委托"),
    "lowest_price": N_("最低价"),
    "direct": N_("直接选取"),
    "treasury": N_("财政支付凭证"),
    "bank": N_("银行凭证"),
    "platform": N_("平台支付"),
    "invoice": N_("发票"),
    "declaration": N_("当事人申报"),
    "contract": N_("合同"),
    "project": N_("项目"),
    "organisation": N_("单位"),
    "account": N_("账号"),
    "fee": N_("付费记录"),
    "item": N_("中介服务事项"),
    "case": N_("办件"),
    "finding": N_("线索"),
    "quote": N_("报价"),
    "award": N_("中选结果"),
    "membership": N_("成员"),
    "mandate": N_("委托书"),
    "price": N_("价格"),
    "supplier": N_("中介机构"),
    "client": N_("委托方"),
}
