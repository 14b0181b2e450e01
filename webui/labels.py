"""Codes to words: with `labels_intake`, the only Python file that holds text for officers.

A code is permanent and a sentence is not: change wording freely, never a key. The tables of the
reference data are in `data/codes.json`; what the program itself says is here.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Protocol

import msgspec

from webui import labels_intake

_CODES: Final = Path(__file__).parent / "data" / "codes.json"

STATUS: Final = {
    "draft": "草稿",
    "submitted": "已申报",
    "collected": "代收待转",
    "received": "已收件",
    "awaiting_supplement": "待补正",
    "accepted": "已受理",
    "in_review": "审查中",
    "forwarded": "已转报",
    "decided": "已决定",
    "result_held": "待补齐出件",
    "ready": "待出件",
    "delivered": "已送达",
    "closed": "已办结",
}
# What a resident reads; a village's 代收 must never pass for 受理.
STATUS_PUBLIC: Final = {
    **STATUS,
    "draft": "尚未提交",
    "collected": "代办员已收",
    "received": "窗口已收件",
    "awaiting_supplement": "请补齐材料",
    "decided": "已有决定，正在出件",
    "result_held": "请先补齐容缺材料",
    "ready": "可以领取",
    "delivered": "已领取",
}
CLOSING: Final = {
    "normal": "正常办结",
    "refused_acceptance": "不予受理",
    "lapsed": "补正不来办结",
    "deferral_lapsed": "容缺逾期未补",
    "withdrawn": "申请人撤回",
    "terminated": "终止办理",
    "merged": "并入另一办件",
}
ACT: Final = {
    "draft": "登记",
    "submit_online": "网上申报",
    "pre_return": "预审退回",
    "pre_pass": "预审通过",
    "collect": "代办收件",
    "receive": "收件",
    "notify_deficiency": "一次性告知补正",
    "supplement": "补正受理",
    "lapse": "逾期未补",
    "accept": "受理",
    "accept_deferred": "容缺受理",
    "refuse_acceptance": "不予受理",
    "deem_accepted": "视为受理",
    "dispatch": "分送",
    "take": "接办",
    "judge_materials": "材料核对",
    "opine": "环节意见",
    "notify_deficiency_review": "审查阶段补正",
    "start_special": "特别程序申请",
    "end_special": "特别程序结果",
    "supplement_in_review": "审查阶段补正接收",
    "request_extension": "申请延期",
    "grant_extension": "批准延期",
    "refuse_extension": "不批准延期",
    "decide_grant": "准予",
    "decide_refuse": "不予",
    "deferred_satisfied": "容缺补齐",
    "deferred_lapse": "容缺逾期未补",
    "produce_result": "制证出证",
    "forward_result": "结果下送",
    "confirm_arrival": "结果到达",
    "deliver": "送达领取",
    "close": "办结归档",
    "withdraw": "撤回申请",
    "terminate": "终止办理",
    "forward_up": "转报上级",
    "answer_from_above": "上级回复",
    "correct": "更正",
    "revoke": "撤销决定",
    "reopen": "重新办理",
    "ratify": "追认决定",
    "merge_into": "并入另一办件",
    "keep_apart": "确认不是重复",
    "open_green_channel": "开通绿色通道",
    "settle_fee": "收费登记",
    "instant": "即办",
    "hand_over_pen": "移交办件",
    "return_pen": "交回办件",
    "reclaim_pen": "收回办件",
    "take_up_deposit": "采纳补交",
    "change_pickup": "变更领取地点",
    "ask": "联系询问",
    "answer": "联系答复",
    "call_for_papers": "到窗口取件",
    "collect_papers": "纸质材料取走",
    "rebuild": "凭收件凭证补建",
}
OUTCOME: Final = {"pass": "通过", "return": "退回"}
# Why the county asks for a case; on the wire, so never change a key.
RELEASE: Final = {
    "decided-by-county": "由县级直接办理",
    "put-right": "更正、撤销或者重新办理",
    "looked-into": "督办核查",
}
RECLAIM: Final = {"refusal": "县平台退回", "verdict": "核验后收回", "lease-ended": "授权期已满"}
TERMINATION: Final = {
    "false_promise": "承诺不实",
    "death": "申请人死亡",
    "dissolved": "申请单位终止",
    "precondition_gone": "办理前提已不存在",
}
REVOCATION: Final = {
    "overreach": "超越职权作出",
    "procedure": "违反法定程序作出",
    "not_qualified": "申请人不具备条件",
    "deceit": "以欺骗、贿赂等不正当手段取得",
}
DECISION: Final = {"grant": "准予", "refuse": "不予"}
DELIVERY: Final = {"counter": "窗口领取", "post": "快递", "home": "送上门"}
RECIPIENT: Final = {"applicant": "申请人本人", "agent": "代理人"}
VERDICT: Final = {
    "CONFIRMED": "已确认",
    "CONFIRMED_FLAGGED": "已确认（抽查）",
    "SUSPENDED": "待追认",
    "QUARANTINED": "隔离",
    "REJECTED": "不予认可",
}
VERDICT_TITLE: Final = "核验"
RATIFIED: Final = "已由县级实施机关追认"
SYNC: Final = {
    "local_only": "仅本机",
    "in_transit": "上传中",
    "township_held": "镇已收到",
    "county_held": "已上传",
    "returned": "被退回",
    "quarantined": "待处置",
}
# The village page says the same in everyday words.
SYNC_VILLAGE: Final = {
    **SYNC,
    "local_only": "等待联网",
    "in_transit": "正在上报",
    "county_held": "已上报",
    "returned": "被退回，请处理",
}
LINE: Final = {"online": "已连接", "offline": "离线办理中，可以照常收件", "fault": "同步出错"}
LAMP: Final = {
    "not_started": "未起算",
    "on_track": "剩 {days} 日",
    "due_soon": "剩 {days} 日",
    "due_today": "今日到期",
    "overdue": "超期 {days} 日",
    "overdue_provisional": "暂计超期 {days} 日",
    "paused": "已暂停",
    "stopped": "已停止",
    "stopped_late": "超期 {days} 日办结",
}
COLOUR: Final = {"green": "正常", "amber": "即将到期", "red": "超期", "grey": "不计时"}
CLOCK: Final = {
    "notice": "受理告知",
    "statutory": "法定时限",
    "promised": "承诺时限",
    "hand_in": "代办移交",
    "step": "环节时限",
    "supply": "容缺补交",
    "supplement": "补正期限",
    "transit": "在途",
    "delivery": "送达",
    "special": "特别程序",
    "pre_review": "网上预审",
    "complaint": "投诉办理",
    "supervision_reply": "督办回复",
}
DAY_KIND: Final = {
    "workday": "工作日",
    "makeup": "调休上班",
    "weekend": "周末",
    "holiday": "节假日",
}
CLOCK_STATE: Final = {
    "not_started": "未起算",
    "running": "计时中",
    "paused": "已暂停",
    "stopped": "已停止",
}
DEFERRED: Final = {
    "none": "无容缺",
    "open": "容缺待补",
    "satisfied": "容缺已补齐",
    "overdue": "容缺逾期",
}
ADVICE: Final = {
    "accept": "可以受理",
    "defer": "可容缺受理",
    "supplement": "需补正",
    "refuse": "不予受理",
    "collect": "可以代收",
    "register": "可以登记",
    "choose": "请先选择事项",
}
# What the clerk chooses for each material; the keys are those of codes.json `material_state`.
MATERIAL_CHOICE: Final = {
    "present": "已收",
    "missing": "缺少",
    "deferred": "容缺",
    "not_applicable": "免交",
}
TIME_TRUST: Final = {"trusted": "时间可信", "suspect": "时间待核"}

WEEKDAYS: Final = "一二三四五六日"
DAY_SHORT: Final = "{month}月{day}日"
DAY_LONG: Final = "{year}年{month}月{day}日 星期{weekday}"
WEEKDAY: Final = "周{weekday}"
DURATION_UNITS: Final = ((86_400, "天"), (3_600, "小时"), (60, "分"), (1, "秒"))

LOGIN: Final = "账号"
PASSWORD: Final = "密码"  # noqa: S105 - a word
PASSWORD_NEW: Final = "新密码"  # noqa: S105 - a word
PASSWORD_WRONG: Final = "原密码不正确，请重新输入"  # noqa: S105 - a word

# For checks of a field: what a person should do, with {label} and {limit}.
FIELD_REQUIRED: Final = "请填写{label}"
FIELD_CHOOSE: Final = "请选择{label}"
FIELD_TOO_LONG: Final = "{label}最多 {limit} 个字，请删减"
FIELD_TOO_SHORT: Final = "{label}至少 {limit} 个字"
FIELD_NUMBER: Final = "{label}应为数字"
FIELD_RANGE: Final = "{label}应在 {low} 到 {high} 之间"
FIELD_DATE: Final = "{label}应为日期，如 2026-11-20"
FIELD_CHARACTER: Final = "{label}含有不能使用的字符，请重新输入"
PASSWORDS_DIFFER: Final = "两次输入的新密码不一致，请重新输入"
PASSWORD_SAME: Final = "新密码不能与原密码相同"  # noqa: S105 - a word

TIER: Final = {"county": "县级平台", "township": "综合窗口", "village": "村级代办点"}
# The county's line is many lines: how many of the neighbours below it are there.
NEIGHBOURS_ONLINE: Final = "下级网点 {online}/{all}"

_TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    "status": STATUS,
    "status_public": STATUS_PUBLIC,
    "closing": CLOSING,
    "act": ACT,
    "outcome": OUTCOME,
    "reclaim": RECLAIM,
    "termination": TERMINATION,
    "revocation": REVOCATION,
    "decision": DECISION,
    "delivery": DELIVERY,
    "recipient": RECIPIENT,
    "verdict": VERDICT,
    "sync": SYNC,
    "sync_village": SYNC_VILLAGE,
    "line": LINE,
    "tier": TIER,
    "lamp": LAMP,
    "colour": COLOUR,
    "day_kind": DAY_KIND,
    "clock": CLOCK,
    "clock_state": CLOCK_STATE,
    "deferred": DEFERRED,
    "advice": ADVICE,
    "material_choice": MATERIAL_CHOICE,
    "time_trust": TIME_TRUST,
    **labels_intake.TABLES,
}


class LampLike(Protocol):
    """How urgent a case is: `casework.clock.Lamp`, or anything of its shape."""

    @property
    def word_code(self) -> str: ...
    @property
    def days(self) -> int: ...


@cache
def tables() -> Mapping[str, Mapping[str, str]]:
    """Every table by name, those of the reference data and our own."""
    stored = msgspec.json.decode(_CODES.read_bytes(), type=_CodeFile)
    return {**stored.tables, **_TABLES}


def label(table: str, code: object) -> str:
    """The word for a code. KeyError for a table we do not have; a strange code is shown as such."""
    words = tables()[table]
    text = str(code)
    return words.get(text) or words.get(text.lower()) or f"未知（{text}）"


def choices(table: str) -> tuple[tuple[str, str], ...]:
    """The pairs a select or radio group shows, in the table's order."""
    return tuple(tables()[table].items())


def lamp_text(lamp: LampLike) -> str:
    """What stands beside the light: how many days are left, or by how many it is over."""
    return LAMP[str(lamp.word_code)].format(days=lamp.days)


class _CodeFile(msgspec.Struct, frozen=True):
    format: int
    tables: dict[str, dict[str, str]]


def error_text(code: str) -> str:
    """What happened and what to do next; a code we have no sentence for is given as it is."""
    return ERRORS.get(code) or f"操作没有完成，请稍后再试；仍不行请联系系统管理员（代码 {code}）"


ERRORS: Final = {
    # Of the web itself.
    "E_WEB": "操作没有完成，请返回上一页再试",
    "E_SIGN_IN": "账号或密码不正确，请重新输入；忘记密码请联系系统管理员",
    "E_SIGN_IN_LOCKED_FOR_GOOD": "密码连续输错 10 次，账号已锁定，重启也不解开，请联系镇管理员",
    "E_SIGN_IN_LOCKED": "密码错误次数过多，账号已暂时锁定，请 30 分钟后再试或联系系统管理员",
    "E_BUSY": "登录的人较多，请稍等片刻再试",
    "E_PRINT_BUSY": "打印的人较多，请稍等片刻再试",
    "E_PASSWORD_WEAK": "新密码至少 10 个字符，不能过于简单，也不能与账号相同",
    "E_SIGNED_OUT": "登录已过期，请重新登录；已填写的内容仍在本页",
    "E_CSRF": "页面停留太久或已在别处重新登录，请刷新页面后再提交",
    "E_HOST": "访问地址不正确，请使用系统管理员提供的地址",
    "E_NOT_FOUND": "没有找到这个页面或办件，请核对编号；也可能不在您的办理范围内",
    "E_FORBIDDEN": "您的岗位不能进行这项操作，如需办理请联系系统管理员",
    "E_METHOD": "此操作不能这样进行，请从页面上的按钮操作",
    "E_VALIDATION": "填写的内容有误，请按提示修改后再提交",
    "E_TOO_LARGE": "上传的内容太大，请压缩或分批上传（单个文件不超过 10 MB）",
    "E_UNEXPECTED": "系统出现问题，内容没有提交；请稍后再试，仍不行请把支持代码告诉系统管理员",
    # Of the rules.
    "E_RULE": "按规定不能这样办理，请核对办件情况",
    "E_CASE_UNKNOWN": "本机没有这个办件，请核对编号，或同步后再试",
    "E_ACT_NOT_OPEN": "办件当前状态不能进行这项操作，请刷新页面查看最新状态",
    "E_PEN": "办件现由其他单位办理，请在本单位登记补交，待其采纳",
    "E_CASE_FROZEN": "办件出现两份相互矛盾的记录，已冻结，请等待县平台处理",
    "E_CASE_HELD": "办件已被县平台暂停，请等待核实结果",
    "E_TICKET_MOVED_ON": "这张号刚刚被别的窗口处理过，请看最新的排队情况",
    "E_CASE_MOVED_ON": "办件刚刚有了新的进展，请刷新页面，核对后再操作",
    "E_WRONG_NODE": "这项操作不在本单位进行，请转到有权办理的单位",
    "E_OFFICER_NOT_HERE": "您不是本单位的在岗人员，请交由本单位人员办理，或联系系统管理员",
    "E_OFFICER_NOT_TRAINED": "还没有登记岗前培训，账号暂不能用；培训后请县行政服务中心登记",
    "E_OFFICER_ENDED": "该人员已停用，账号不能再用；有疑问请联系县行政服务中心",
    "E_ROLE": "您的岗位不能进行这项操作，请交由有权的人员办理",
    "E_DEPARTMENT": "该事项不属于您所在部门，请交由实施部门办理",
    "E_PERSONAL_POWER": "您没有这项操作所需的个人授权，请交由首席代表或获授权人员办理",
    "E_NOT_DELEGATED": "县里没有把这一事项的这项权限放给本单位，请转上级办理",
    "E_DELEGATION_CITED": "引用的授权与现行清单不一致，请刷新页面后重新提交",
    "E_DELEGATION_REVOKED": "该项授权已收回或暂停，请转上级办理",
    "E_BEFORE_ANCHOR": "决定时间早于本单位已收到的县平台消息，请县平台核实作出时间",
    "E_AFTER_RECEIPT": "决定时间晚于县平台收到的时间，请县平台核实作出时间",
    "E_LATE_UNPROVEN": "决定超过期限才送达县平台，不能证明当时已经作出，请县平台核实",
    "E_REVOKED_PROSPECTIVE": "作出决定时授权已收回，本单位当时无从知悉；决定有效，列入抽查",
    "E_REVOKED_SUSPEND": "作出决定时授权已暂停，本单位当时无从知悉；由县级实施机关追认或者撤销",
    "E_KEY_COMPROMISED": "签署决定的设备已失控，不能确认出自本单位，请县平台核实",
    "E_COUNTY_DECIDED": "县平台已就该件作出决定，以县平台的决定为准，请县平台核实",
    "E_SEPARATE_ACCEPTOR": "受理与审批须由不同人员办理，请由另一位人员作出决定",
    "E_TWO_PERSON": "该决定须先由另一位人员签署意见，请先完成意见",
    "E_QUOTA": "本月该项授权的办理数量已用完，请转上级办理",
    "E_LEASE_ENDED": "与县平台失联已久，授权有效期已过；可以照常收件，决定请等联网后再作出",
    "E_IN_REACH": "该单位或其上级单位的授权期还没有满，不能以失联为由收回；请先联系该单位交回办件",
    "E_RELEASE_ASKED": "已经请该单位交回这个办件，请等待交回；授权期满仍没有回应的，可以收回",
    "E_RECLAIM_GROUND": "没有尚待处理的退回条目或者要求收回的核验结论；请先联系该单位交回办件",
    "E_CLOCK_SUSPECT": "本机时间不可信，可以照常收件；请校准时间或联网后再作出决定",
    "E_SETS_BEHIND": "县里发布了新的授权清单，本机尚未取到；请同步后再作出决定",
    "E_MATTER_VERSION": "事项已有新版本，请刷新页面，核对变化后再办理",
    "E_FACTS": "申请内容以收件登记的为准，不能另行填写；确有变化的，请申请人撤回后重新申请",
    "E_ACT_WORDS": "文号等栏目过长，或者含有换行、不可见的符号，请改正后重新提交",
    "E_MATERIALS": "材料不齐，请补齐，或发一次性告知",
    "E_DEFERRAL": "缺少的材料不能容缺，请补齐，或发一次性告知",
    "E_NOTHING_DEFICIENT": "没有缺少或不合格的材料，不需要告知补正；要补的请至少写一项",
    "E_GROUNDS": "请选择或填写不予办理的理由和依据",
    "E_CONDITIONS": "申请不符合办理条件，请核对后告知申请人",
    "E_NOT_INSTANT": "该事项不是即办件，请按受理、审查、决定的步骤办理",
    "E_NO_PAUSE": "该事项不允许暂停计时，请在时限内办结",
    "E_DATE_ORDER": "日期先后不对，请核对后重新填写",
    "E_DEEMED_ACCEPTED": "五个工作日内没有答复，依法已视为受理；请先登记“视为受理”，再继续办理",
    "E_NOTICE_OPEN": "答复期限还没有过，请在期限内受理、告知补正或者不予受理",
    "E_TIME_NOT_OVER": "期限还没有届满，或假期安排尚未公布，请等期满后再办理",
    "E_MATERIALS_NOT_JUDGED": "请先完成材料核对并告知窗口，再作出决定",
    "E_STILL_AWAITED": "特别程序或者补正还没有结束，请先登记结果，再作出决定",
    "E_PROCEDURE": "该事项没有这项特别程序，请核对事项版本",
    "E_STEP": "该事项没有这个环节，请核对事项版本后重新选择",
    "E_APPROVAL": "须由另一位有权的人员同意，请重新选择同意人；同一个人不能自己同意自己",
    "E_SECOND_NOTICE": "一次性告知只有一次；再次告知请写明理由，并由负责人同意",
    "E_EXTENSION": "不能这样延期：每件只能在届满前延期一次，请核对时限和事项规定的上限",
    "E_NOT_FORWARDED": "该事项不需要转报上级，请在本级审查决定",
    "E_NO_DECISION": "没有有效的决定可以更正、撤销或者重新办理，请核对办件的办结情况",
    "E_MERGED_HERE": "同一申请人的另一件同一事项已并入本件，以本件继续办理",
    "E_DUPLICATE": "同一申请人的同一事项在别处也收了件，请先并件或者确认不是重复，再作出决定",
    "E_NOT_DUPLICATE": "该办件不是重复申请，或本件收件在先；请并入收件在先的一件",
    "E_FEE": "费用还没有登记，或金额、减免理由不对，请先登记收费或减免",
    "E_SUBSTITUTE": "没有 B 角代行的授权，或授权不在有效期内，请以本人名义办理",
    "E_WRONG_COUNTER": "结果不在本窗口领取，请到申请人选定的窗口，或先变更领取地点",
    "E_PEN_DESTINATION": "办件不能移交给该单位，请重新选择",
    "E_QUESTION": "不能这样询问，请选择本县的另一个单位，并以本人名义提出",
    "E_ANSWER": "没有等待本单位答复的这个问题，或者已经答复过，请刷新页面查看联系记录",
    "E_PICKUP": "这些材料不在该窗口，或者已经安排过取件，请刷新页面，核对待取件后重新选择",
    "E_DEPOSIT_TAKEN": "这份补交已经采纳过或者内容不一致，请刷新页面查看最新状态",
    "E_DEPOSIT_COMING": "补交的材料还在上传途中，请等材料到齐后再采纳",
    "E_NOTHING_BROUGHT": "还没有收到任何材料，请先拍照，或勾选已收到的材料",
    "E_STILL_OWED": "容缺的材料要一次补齐，还有没收到的；已拍的照片保存在本机，补齐后再提交",
    "E_PART_MISSING": "缺少应附的文书或说明，请补上后再提交",
    "E_RESULT_UNPROVEN": "结果的签名或文件没有通过核验，暂不能交付，请同步后再试或联系县平台",
    "E_NUMBER": "办件编号不正确，请核对后重新输入",
    "E_NUMBERS_EXHAUSTED": "本机的离线编号已用完，请联网同步取得新编号",
    "E_ENTRIES_MAX": "办件记录已达上限，请联系县平台处理",
    # Of what arrived from another node (protocol.md section 5).
    "E_SIZE": "收到的数据超出大小限制，已另行存放待查",
    "E_SEAL": "这个文件不是写给本单位的，或者内容被改动过；请到原单位重新写一份",
    "E_ENVELOPE": "收到的数据格式不对，已另行存放待查",
    "E_KEY_UNKNOWN": "发送方的密钥尚未登记，已另行存放，待目录更新后再处理",
    "E_KEY_REVOKED": "发送方的密钥已吊销，已另行存放待查",
    "E_SIGNATURE": "签名验证不通过，已另行存放待查",
    "E_SENDER": "数据不是由该单位发出，已另行存放待查",
    "E_PART": "材料与清单不一致，等待对方重新发送",
    "E_UNREAD": "这件办件有新版系统写下的记录，本机读不了；记录已存好，升级本机系统后继续办理",
    "E_FOLD": "这件办件的记录算不出结果，已停办；记录都在，其他办件照常，请联系系统管理员",
    "E_FORK": "同一序号出现两份不同的记录，已冻结，请联系县平台",
    "E_BODY": "记录内容不合规范，县平台已退回",
    "E_TYPE": "该单位不能发出这类记录，县平台已退回",
    "E_VOUCHER": "收件凭证没有通过核验，不能据以补建办件。请重新扫描凭证，或请县政务服务中心查证",
    "E_VOUCHER_MATERIALS": "所列材料与凭证上的材料清单不符。请照纸质凭证所列逐项核对名称和份数",
    "E_KEY_WINDOW": "记录时间不在密钥有效期内，县平台已退回",
    "E_SAMPLE_ERRORS": "该项授权抽查差错过多，请授权管理员提出暂停并由另一人核准",
    "E_TRUST_ROLLBACK": "记录引用了比以前更旧的授权版本或县平台消息，县平台已退回",
    "E_OFFICER": "办理人员与其所在单位不符，县平台已退回",
    "E_SENT_BACK": "上级窗口退回，请看退回原因，改正后重新上报",
    "HELD": "前面的记录还没到，暂存等待",
    "DUPLICATE": "记录已经收到过",
    "E_LINK_DOWN": "暂时连不上对方，内容已保存在本机，恢复后自动上传",
    "E_DIGEST": "与对方的记录数不一致，已停止接收，请联系县平台",
    "E_ENROLMENT": "登记码无效或已过期，请向县平台重新领取",
    "E_KEY_WEAK": "密钥不合格，请重新生成后再登记",
    "E_SET_FORM": "收到的清单格式不对，没有启用，请联系县平台",
    "E_SET_FORK": "同一版本的清单内容不一致，没有启用，请立即联系县平台",
    "E_SET_ROLLBACK": "收到的清单比现行的旧，没有启用，请联系县平台",
    "E_SET_THRESHOLD": "清单的签名人数不够，没有启用，请联系县平台",
    # Of publishing the delegation list.
    "E_DELEGATION_TIE": "两条授权同等适用，分不出先后，请修改条件或日期",
    "E_DELEGATION_MATTER": "授权所指的事项不存在，请核对事项编码",
    "E_DELEGATION_DATES": "授权的起止日期不对，请核对",
    "E_DELEGATION_POSITIONS": "授权所指的岗位不对，请核对",
    "E_MATTER_ID": "事项代号用小写字母、数字和短横线，以字母开头，如 tree-moving",
    "E_MATTER_TAKEN": "这个事项代号已经用过，请换一个",
    "E_MATTER_UNKNOWN": "没有这个事项，请核对",
    "E_MATTER_BEGINS_EARLY": "施行日期最早是明天，请改为今后的日期",
    "E_MATTER_BEGINS_BEFORE_LAST": "施行日期要晚于上一版的施行日期",
    "E_MATTER_ENDS_EARLY": "停用日期不能早于今天，也不能早于施行日期",
    "E_MATTER_ENDED": "这一版已经停用，不能再改停用日期",
    "E_MATTER_INHERITED": "这一项由上级通用目录规定，不能改动",
    "E_MATTER_PROMISED_LONGER": "承诺时限可以短于法定时限，不能更长，请改短",
    "E_MATTER_PUBLISHED": "已发布的版本不能改写，请起草新版本",
    "E_DELEGATION_QUOTA": "授权的办理数量不对，请核对",
    "E_DELEGATION_HOURS": "离线可用时长不对，请核对",
    "E_DELEGATION_ID": "授权编号重复，请修改",
    "E_LICENCE_TO_VILLAGE": "行政许可不能下放到村（居），请改为代办",
    "E_LEVEL_NOT_DELEGABLE": "该事项不能下放到这一级，请核对",
    "E_REDELEGATION": "授权不能再次下放，请取消",
    # Of documents.
    "E_PAPER": "文书没有生成，请核对填写内容后再打印",
    "E_PAPER_INCOMPLETE": "文书缺少必填内容，请补填后再打印",
    "E_PAPER_TOO_LONG": "文书内容太长，请删减后再打印",
    # Of drafts.
    "E_DRAFT_UNKNOWN": "没有找到这份草稿，可能已经提交或删除，请回到列表查看",
    "E_DRAFT_SEALED": "这份草稿解不开：只有起草的人用自己的密码才能打开；如果密码重设过，"
    "或者存在本机的内容被改动过，请联系镇里的管理员。其他草稿不受影响",
    "E_DRAFT_TAKEN": "这份草稿由其他人员在填写，如需继续请先接手",
    "E_DRAFT_MOVED_ON": "这份草稿已在另一个窗口改动，请刷新页面，核对后再填写",
    "E_CASE_TOO_LARGE": "这一件的材料合计超过 60 MB，请删减或降低清晰度后再上传",
    # Of uploads.
    "E_UPLOAD": "这个文件没有收下，请重新拍照或者重新扫描",
    "E_UPLOAD_EMPTY": "文件是空的，请重新拍照或者重新选择文件",
    "E_UPLOAD_TOO_LARGE": "文件超过10 MB，请降低拍照、扫描的清晰度，或者分成几个文件",
    "E_UPLOAD_TYPE": "只收照片（JPEG、PNG、WEBP）和 PDF，请另存为这几种格式后再选",
    "E_UPLOAD_BROKEN": "文件打不开或者不完整，请重新拍照、扫描",
    "E_UPLOAD_PIXELS": "图片尺寸太大，请降低拍照、扫描的分辨率后再试",
    "E_UPLOAD_PDF_ACTIVE": "这个 PDF 带有脚本、附件或者可执行的动作，请打印后重新扫描",
    "E_UPLOAD_PDF_ENCRYPTED": "这个 PDF 加了密码，请取消密码后再选",
    "E_FILE_EMPTY": "文件是空的，请重新选择或重拍",
    "E_FILE_TOO_LARGE": "文件超过 10 MB，请压缩后再上传",
    "E_FILE_TYPE": "只能上传 JPEG、PNG、WEBP 图片或 PDF 文件，请另存后再上传",
    "E_FILE_DAMAGED": "文件已损坏，打不开，请重新拍照或扫描",
    "E_PICTURE_BLURRED": "照片不清，请重拍",
}
