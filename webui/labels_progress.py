"""What a resident is told of a case: where it stands, what happens next, what they have to do."""

from collections.abc import Mapping
from typing import Final

# By casework.case.Status; the outcome of a decision is told at the counter and on paper only.
STATUS: Final[Mapping[str, str]] = {
    "draft": "已登记，材料还没有收齐",
    "submitted": "已提交，正在预审",
    "collected": "村（居）已代收，正在送往镇里",
    "received": "已收件，正在看能否受理",
    "awaiting_supplement": "需要您补正材料",
    "accepted": "已受理，等待审查",
    "in_review": "正在审查",
    "forwarded": "已转报上级机关",
    "decided": "已作出决定，正在制作结果",
    "result_held": "已作出决定，等您补齐材料后出具结果",
    "ready": "结果已做好",
    "delivered": "结果已送达",
    "closed": "已办结",
}
# By casework.case.Closure; a case that ran its course is told by its status.
CLOSURE: Final[Mapping[str, str]] = {
    "refused_acceptance": "已作不予受理决定",
    "withdrawn": "申请已撤回",
    "lapsed": "逾期未补正，申请已退回",
    "deferral_lapsed": "容缺材料逾期未补，已终结",
    "terminated": "已终止办理",
    "merged": "已并入同一申请的另一件",
}
# Steps that are told, by the act.
STEP: Final[Mapping[str, str]] = {
    "submit_online": "收到网上申请",
    "collect": "村（居）代收材料",
    "receive": "收件",
    "notify_deficiency": "告知补正",
    "supplement": "收到补正材料",
    "accept": "受理",
    "accept_deferred": "容缺受理",
    "deem_accepted": "视为受理",
    "refuse_acceptance": "不予受理",
    "take": "开始审查",
    "notify_deficiency_review": "告知补正",
    "supplement_in_review": "收到补正材料",
    "start_special": "进入特别程序",
    "end_special": "特别程序结束",
    "grant_extension": "延长期限",
    "forward_up": "转报上级机关",
    "decide_grant": "作出决定",
    "decide_refuse": "作出决定",
    "deferred_satisfied": "容缺材料补齐",
    "produce_result": "制作结果",
    "forward_result": "结果送往领取地点",
    "confirm_arrival": "结果到达领取地点",
    "deliver": "结果送达",
    "instant": "当场办结",
    "close": "归档",
    "withdraw": "申请撤回",
    "terminate": "终止办理",
    "reopen": "重新审查",
    "merge_into": "并案",
}
SUPPLY: Final = (
    "请在 {day} 前把补正材料送到{node}，或附近任何一个政务服务窗口。要补什么，见补正通知书"
)
SUPPLY_OWED: Final = "请在 {day} 前补齐容缺的材料，带上凭证送到任何一个政务服务窗口"
COLLECT: Final = "请带身份证到{node}领取结果；由他人代领的，另带委托书和双方身份证"
DELIVERED_BY: Final = "结果将按您选择的方式（邮寄或上门）送达，请保持电话畅通"
ON_ITS_WAY: Final = "结果正在送往{node}，到了会通知您"
WAIT_FOR_TOWN: Final = "目前不需要您做什么。镇里收到材料后，办理期限开始计算"
NOTHING: Final = "目前不需要您做什么"
ASK_AT_HALL: Final = "对结果有疑问，请带凭证到{node}询问"
PROMISED: Final = "最迟 {day} 办结"
NOT_FOUND: Final = (
    "没有找到。请照凭证核对办件编号和查询码；刚在村里办的，要等村里的电脑联网后才查得到"
)
LOCKED: Final = "查询失败次数过多，请半小时后再试，或带凭证到任何一个政务服务窗口查询"
NUMBER: Final = "办件编号应为 16 位数字，请照凭证逐位核对"
CODE: Final = "查询码是凭证二维码下面的 6 位数字"

# How a result stands that was handed over, by webui.result_check.Standing.
RESULT: Final[Mapping[str, str]] = {
    "valid": "核验通过，这份决定有效",
    "replaced": "核验通过，决定有效；文书换发过，以最新一版为准",
    "taken-back": "这份决定已被撤销，不再有效",
    "undecided": "县里还没有确认这份决定，请向作出决定的机关核实",
    "broken": "核验不通过，请勿采信，并向作出决定的机关核实",
}
RESULT_REOPENED: Final = "原来的决定已被撤销，这件事正在重新审查"
GRANTED: Final = "准予"
REFUSED: Final = "不予"
NO_DOCUMENT: Final = "未编文号"
COUNTY_RIGHT: Final = "县级本级职权"
POWER: Final = "县里下放的终审权，授权文书 {instrument}"
POWER_ENDED: Final = "；这项授权其后于 {at} 收回，不影响此前作出的决定"
POWER_UNKNOWN: Final = "这里没有授权的记录，请向县政务服务中心核实"
CORRECTED: Final = "现行的是第 {version} 版，以前各版不再有效"
# By casework.verdict.Judgement; `ratified` where the county upheld what it had held back.
VERDICT: Final[Mapping[str, str]] = {
    "CONFIRMED": "已确认",
    "CONFIRMED_FLAGGED": "已确认",
    "SUSPENDED": "暂缓，等待县里处理",
    "QUARANTINED": "暂缓，等待县里处理",
    "REJECTED": "不予确认",
    "ratified": "经县里追认",
}
