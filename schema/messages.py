"""What each refusal says to people: what, why, what to do. Chinese is the source; ``{field}`` is a fact of the exception."""

from market import errors as e
from schema.labels import N_

NOBODY = N_("没有人")
"""Whose turn it is in a pause of an auction."""

MESSAGES: dict[type[e.MarketError], str] = {
    e.NotSignedIn: N_("需要登录：没有令牌，或令牌不对、已过期。请用 signIn 取得令牌，放在请求头 Authorization: Bearer 之后。"),
    e.NotPermitted: N_("您不能做这件事：{reason}。可以办理的身份：{needed}。"),
    e.NotFound: N_("找不到{kind}“{key}”，或您无权查看。请核对编号。"),
    e.InvalidInput: N_("填写的内容有问题，什么都没有保存。请逐项修改后重新提交。"),
    e.WrongState: N_("{kind}现在处于“{state}”，不能这样操作；只有在“{needed}”时可以。请刷新后再看。"),
    e.SignInRefused: N_("账号或密码不对。请重新输入；忘记密码请找本单位管理员取得一次性链接。"),
    e.TooManyAttempts: N_("尝试次数过多，登录已暂停。请在 {retry_at} 之后再试。"),
    e.LinkNotUsable: N_("这个一次性链接无效、已使用或已过期。请重新申请一个。"),
    e.ItemCancelled: N_("事项 {item_code} 已取消，任何人不得要求、采购或收费。依据：{legal_basis}。如有部门仍要求，请举报。"),
    e.NotInForce: N_("{on} 还没有生效的清单，无法判断事项 {item_code}。最早可查 {first}。"),
    e.MayNotCommission: N_(
        "事项 {item_code} 属于“{item_class}”，应由{needed}委托并付费，您不能发布。请由{needed}发布；有人要您代为发布或付费，可以拒绝。"
    ),
    e.MustBeCompetitive: N_(
        "事项 {item_code} 由行政机关委托，必须竞争选取，不能直接选取（优化营商环境条例第四十三条）。请改选最低价等方式。"
    ),
    e.NotToldNotObliged: N_(
        "事项 {item_code} 由申请人自主决定，您可以不买、也可以自己做。请确认已知悉（toldNotObliged: true）后再发布。"
    ),
    e.TooFewMembers: N_(
        "框架协议 {framework_code} 的入围机构中这次能够报价的有 {members} 家（须回避、有隶属关系或缺资质的不算），少于 {needed} 家，"
        "不能从中选取。请等更多机构入围，或另行发布项目。"
    ),
    e.NotAMember: N_("只有框架协议 {framework_code} 的入围机构可以报价。框架期内随时可以申请入围（enterFramework）。"),
    e.AppliesTooSoon: N_("贵机构的入围申请已被拒绝，或已退出框架协议 {framework_code}。{again_at} 起可以再次申请。"),
    e.OpenPeriodTooShort: N_("截止时间 {closes_at} 太早，报名时间不足。最早可定在 {earliest}。"),
    e.ConcurrentChange: N_("{kind}已被他人修改（您看到的是第 {seen} 版，现在是第 {now} 版）。请刷新后再改。"),
    e.IdempotencyKeyReused: N_("幂等键 {key} 已用于另一份内容，本次什么都没有保存。请换一个新的键。"),
    e.DeadlinePassed: N_("已过截止时间：截止 {closes_at}，服务器收到 {received_at}。本次提交未保存。"),
    e.QuotesAlreadyOpened: N_(
        "服务器收到于 {received_at}，截止 {closes_at}，但入库前报价名单已于 {opened_at} 封定，本次提交未保存。请向运营机构反映。"
    ),
    e.NotInvited: N_("项目 {project_code} 为直接选取，只有被选定的机构可以报价。"),
    e.QualificationMissing: N_("本事项要求“{qualification}”，贵机构今天没有有效的登记。请先登记资质。"),
    e.SelfDealing: N_("您与 {project_code} 有利害关系（{why}），应当回避，请由没有关系的人员或者单位办理。"),
    e.AffiliateOfAgency: N_(
        "项目 {project_code} 由审批机关所属或者主管的单位承接是法律不允许的（优化营商环境条例第四十三条）：{chain}。"
        "登记的关系有误或者已经脱钩的，请向运营机构申请更正。"
    ),
    e.OnAvoidanceList: N_(
        "贵机构在项目 {project_code} 中应当回避（{entry_code}：{ground}，{reason}；期限至 {until}；依据：{basis}），不能报价。"
        "登记有误的，请向运营机构申请解除。"
    ),
    e.SignUpStopped: N_(
        "贵机构现在不能报名：平台措施 {measure_code}（{kind}）有效至 {until}。已经收到的报价、中选、合同和进行中的竞价不受影响。"
        "不服的，可以在 {appeal_by} 之前申诉一次，见“平台措施”页。"
    ),
    e.StatementAwaited: N_("措施 {measure_code}：机构还没有陈述，陈述期限到 {until}。在此之前不能采取，可以不采取。"),
    e.MeasureTooHeavy: N_("“{kind}”重于公布的尺度：按这项依据，这一次至多是“{allowed}”（暂停的，至多 {allowed_days} 天）。"),
    e.AboveCeiling: N_("报价 {amount} 元高于最高限价 {ceiling} 元。请修改后重新提交。"),
    e.NoQuoteToWithdraw: N_("贵机构在项目 {project_code} 没有有效报价，无需撤回。"),
    e.NothingToReveal: N_("贵机构在项目 {project_code} 没有自己保管、尚待公开的报价或随机数，不需要公开。"),
    e.RevealPeriodOver: N_(
        "公开的期限已于 {until} 结束，服务器收到 {received_at}。没有公开的报价无效，没有公开随机数的退出抽取，记录在案。"
    ),
    e.BeaconDiffers: N_(
        "您录入的信标值“{given}”与第一位工作人员录入的“{recorded}”不一致，没有确认。请两人各自对照公布的结果核对。"
    ),
    e.NoSeat: N_("贵机构没有参加项目 {project_code} 的竞价：只有初始报价有效的机构可以参加。"),
    e.NotYourTurn: N_(
        "现在不是贵机构的报价时段：服务器收到 {received_at}；现在轮到：{turn}（{begins_at} 至 {closes_at}）。本次报价未保存。"
    ),
    e.BidTooHigh: N_("报价 {amount} 元过高：至多 {allowed} 元，即本机构上次报价减去最小降幅 {step} 元。请修改后重新提交。"),
    e.StandstillRunning: N_("中选公示到 {until} 才结束，之后才能确认。"),
    e.ObjectionOpen: N_("异议 {objection_code} 还没有答复（应于 {answer_due_at} 前答复），答复前不能确认中选。请先答复异议。"),
    e.ObjectionUpheld: N_("异议 {objection_code} 成立，不能再确认中选。请由运营机构撤销中选（annulAward），然后重新发布。"),
    e.AwardSuspended: N_(
        "项目 {project_code} 的中选已由监管部门于 {since} 暂停（{suspension_code}：{reason}），解除之前不能确认、签约或者按弃选处理。"
    ),
    e.StillTimeToSign: N_("签订合同的期限到 {until} 才满，之后仍未签订的才能按弃选处理。"),
    e.ContractDiffers: N_("合同与中选结果不一致：{field}应为 {awarded}，填的是 {given}。请按中选结果签订。"),
    e.AlreadyFiled: N_("{kind}编号 {key} 已存在。请核对是否重复提交。"),
    e.GradeNotAttestable: N_("您不能自行证明“{grade}”等级的凭证，可用的等级是：{allowed}。"),
    e.RefundTooLarge: N_("退款 {amount} 元超过该笔付款尚未退回的 {remaining} 元。请核对金额。"),
    e.AlreadyReversed: N_("付费记录 {record_no} 已被冲正，或本身就是冲正记录。"),
    e.CatalogueRefused: N_("清单文件没有载入，什么都没有改变。请按所列行、列修改后重试。"),
    e.EditionNotNewer: N_("新清单自 {valid_from} 起生效，必须晚于现有最新清单的 {newest}。请改用更晚的生效日期。"),
    e.LedgerRefused: N_("账册有 {problems} 处问题，没有导入，什么都没有改变。请按清单修改后重试，或只导入没有问题的行。"),
    e.LastAdministrator: N_("这是单位 {organisation_code} 唯一的管理员，不能离开。请先添加另一名管理员。"),
    e.Recused: N_(
        "单位 {organisation_code} 与督办件 {case_code} 的当事人 {party_code} 是{why}，应当回避。请由其他监管部门接办。"
    ),
    e.OutsideJurisdiction: N_(
        "督办件 {case_code}（部门“{department_code}”，地区“{region}”）不在该监管部门的管辖范围内。请由有管辖权的部门接办。"
    ),
    e.RefundMissing: N_("督办件 {case_code} 还有 {amount} 元没有退回，不能办结。退款须先记入付费记录。"),
    e.ReportMissing: N_("督办件 {case_code} 的整改报告还没有提交（应于 {due_on} 前提交），不能办结。"),
    e.TooManyComplaints: N_("本地址提交的投诉过多。请在 {retry_at} 之后再试，或拨打 12345。"),
    e.AlreadyRegistered: N_("{kind}“{key}”已登记。"),
    e.InvoiceUnreadable: N_(
        "发票文件读不出来：{reason}（{found}）。能读的格式：{understood}。请换用这些格式的原件，或逐项填写发票内容。"
    ),
    e.InvoiceMismatch: N_(
        "填写的发票内容与文件不一致，什么都没有保存：{differences}。请核对后改正填写的内容，或换成正确的文件。"
    ),
    e.AlreadyDeclared: N_(
        "贵方对付费记录 {record_no} 已有申报。要更正申报，请写明原因（correction）；记录本身由贵方登记的，请冲正后重新登记。"
    ),
    e.UploadQuotaReached: N_("本账号{period}上传的{unit}已达上限 {limit}（现有 {used}）。请稍后再传，或请运营机构调整限额。"),
    e.DocumentDamaged: N_("文件 {document} 丢失或已被改动，不能提供。请向运营机构报告。"),
}

FIELD_MESSAGES: dict[str, str] = {
    "not_a_hash": N_("应为 64 位小写十六进制的 SHA-256 散列值。"),
    "nonce_does_not_fit": N_("与报价时提交的散列值不符。请填写当时生成的 32 字节随机数（64 位小写十六进制）。"),
    "does_not_fit_commitment": N_("与截止前提交的承诺值不符，或不是规定的写法。请原样填写当时的内容和盐。"),
    "kept_by_bidders": N_("本项目的报价由报价人自己保管：请用 commitQuote 提交承诺值，截止后用 revealQuote 公开。"),
    "kept_here": N_("本项目的报价在平台密封：请用 submitQuote 报价。"),
    "not_a_link": N_("应为以 http:// 或 https:// 开头的网址。"),
    "fixed_price_required": N_("必填：这种方式的价格由公告固定或受框架协议限制，请填写最高限价。"),
    "not_the_fixed_price": N_("这个项目按公告的固定价格 {price} 元报价。"),
    "price_or_discount": N_("必填：写明每次选取的最高价格，或最低下浮率。"),
    "one_class": N_("各事项须属同一分类，因为由谁委托、由谁付费不同。"),
    "framework_by_operator": N_("机关只能为行政机关委托的事项设立框架协议；申请人付费的事项，机关不得替申请人圈定机构。"),
    "not_in_framework": N_("框架协议不含这个事项。"),
    "differs_from_framework": N_("须与框架协议一致：按金额报价，选取方式为{method}。"),
    "above_framework": N_("高于框架协议的每次最高价格 {limit} 元。"),
    "beacon_required": N_(
        "必填：行政机关委托、最高限价超过 {above} 元的项目，须在公告中指定公开信标（如某期彩票开奖号码）及其公布时间。"
    ),
    "beacon_too_early": N_("信标须在公开随机数的期限之后公布，最早 {earliest}。"),
    "required": N_("必填。"),
    "personal_number": N_("这段话会公开，记进不能删改的日志：请去掉身份证号、银行账号一类的长号码。"),
    "not_your_practitioner": N_("至少有一名从业人员今天没有登记在贵机构，或证书已过期。请核对编号，或请运营机构登记。"),
    "narrow_field": N_(
        "全市登记有所要求资质的机构只有 {able} 家，少于 {below} 家。请放宽要求，或在提交审核时写明理由，理由随公告公开。"
    ),
    "narrow_members": N_(
        "入围机构中这次能够报价的只有 {able} 家，少于 {below} 家。请等更多机构入围，或在提交审核时写明理由，理由随公告公开。"
    ),
    "barred_meanwhile": N_("这个机构在开启之后成为不得承接的机构（{reason}），不能选定。请从小名单中选定另一家。"),
    "under_measure": N_("这个机构现在不能报名：平台措施 {measure}，有效至 {until}。请选定别的机构。"),
    "not_of_this_intermediary": N_("没有这个编号的项目、合同或者督办件，或者它不涉及这个机构。"),
    "no_such_ground": N_("{on} 那天还没有公布这项依据。请从公布的依据中选择；公布以前的事不能作为依据。"),
    "not_yet": N_("这一天还没有到。"),
    "too_many_bytes": N_("报价太长：密封时连同盐和随机数至多 {limit} 字节，现有 {given} 字节。"),
    "case_required": N_("必填：行政机关委托的事项要写明为哪个办件（编号、审批事项、申请人代码）。"),
    "budget_required": N_("必填：行政机关委托的事项由机关付费，要写明预算科目。"),
    "too_long": N_("太长：至多 {limit} 个字，现有 {given} 个字。"),
    "control_character": N_("含有不可见的控制字符，请删除后重新输入。"),
    "not_positive": N_("必须大于 0。"),
    "too_large": N_("数额过大。"),
    "out_of_range": N_("应在 {low} 到 {high} 之间。"),
    "year_out_of_range": N_("请核对年份，没有这样的日期。"),
    "too_short": N_("太短：至少 {limit} 个字，现有 {given} 个字。"),
    "too_common": N_("这个密码太常见，容易被猜到。请换一个。"),
    "same_as_login": N_("密码不能与账号相同。"),
    "not_a_login": N_("账号应为 3 到 64 个英文字母、数字或 . _ @ -，以字母或数字开头。"),
    "not_a_pseudonym": N_("自然人代码应为 P 加 6 到 38 个英文字母或数字；不填则由系统生成。"),
    "not_an_id_number": N_("不是有效的居民身份证号码。请逐位核对。"),
    "ends_before_start": N_("结束日期不能早于开始日期。"),
    "unknown_code": N_("没有这个编码，请核对。"),
    "not_a_code": N_("不是有效的统一社会信用代码：{reason}。请逐位核对。"),
    "unknown_party": N_("没有登记过这个代码的单位或个人。请核对，或请运营机构先登记。"),
    "idempotency_key": N_("幂等键应为 1 到 255 个可见字符。"),
    "idempotency_key_short": N_("这里的幂等键至少要有 {least} 个随机的字符：有了它就能再取回执，不能让人猜到。"),
    "in_the_past": N_("时间已过，请选将来的时间。"),
    "in_the_future": N_("日期不能在今天之后。"),
    "not_allowed_here": N_("这一项在此处不能填写。"),
    "offset_missing": N_("时间要写明时区，如 2026-12-01T17:00:00+08:00。"),
    "same_party": N_("付款人与收款人不能相同。"),
    "too_early": N_("日期不能早于 {first}。"),
    "too_late": N_("不能晚于 {last}。"),
    "red_letter_differs": N_("红字发票的销售方、购买方和金额须与被冲的发票一致。"),
    "before_award": N_("不能早于确认中选的日期：先确认，后签约。"),
    "before_payment": N_("退款日期不能早于付款日期。"),
    "before_signing": N_("不能早于签订日期。"),
    "before_delivery": N_("不能早于交付日期。"),
    "not_accepted": N_("委托方还没有验收，或者合同不是在本平台中选的，不能评价。"),
    "not_delivered": N_("中介机构还没有登记交付，不能验收。请先让中介机构登记交付日期。"),
    "weights_not_100": N_("评审项与价格的权重合计应为 100，现为 {total}。"),
    "base_required": N_("必填：按下浮率报价，要写明最高限价作为基数。"),
    "has_scored": N_("已经交了评分的评审人不能撤换。"),
    "unknown_account": N_("没有这个账号，或账号已停用。请核对登录名。"),
    "every_proposal_once": N_("每份方案评一次：共 {count} 份，编号 1 到 {count}。"),
    "not_on_the_short_list": N_("这个机构不在抽出的小名单里。请从小名单中选定。"),
    "nothing_changed": N_("没有任何修改。"),
    "case_differs": N_("这个办件编号已登记为其他当事人，请核对。"),
    "not_an_agency": N_("这不是行政机关。"),
    "finding_cleared": N_("这条线索已因记录更正而撤销，没有可认定的。请只选还成立的；都已撤销的，可以说明理由不予认定。"),
    "agency_as_applicant": N_("行政机关不是办件的申请人。请填写实际申请人的代码。"),
    "not_an_intermediary": N_("这不是中介机构。"),
    "class_changed": N_("事项分类已由 {before} 变为 {now}，请退回重新发布。"),
    "not_whole_number": N_("应为不小于 0 的整数。"),
    "duplicate": N_("与前面重复。"),
    "not_an_amount": N_("应为元，至多两位小数。"),
    "not_a_regulator": N_("这个单位没有监管人员。"),
    "not_a_region": N_("地区应为 6 位行政区划代码，如 330900。"),
    "not_a_day": N_("日期请写成 2026-12-01，且须有这一天。"),
    "not_a_choice": N_("只能是：{choices}。"),
    "note_form": N_("不是检查点：应为原样的签名笔记，含来源、大小、根、时间和签名各行。"),
    "note_key": N_("这份检查点不是本系统的钥匙签的。"),
    "note_signature": N_("签名与内容不符：检查点被改动过，或没有抄全。"),
    "bad_code": N_("编码只能用大写字母、数字和连字符。"),
}
