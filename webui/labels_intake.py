"""The words of the intake screen: a part of `webui.labels`, which makes its tables known."""

from collections.abc import Mapping
from typing import Final

# What the fields are called in messages.
INTAKE_FIELD: Final = {
    "matter": "办理事项",
    "kind": "申请人类型",
    "name": "姓名",
    "organisation": "单位名称",
    "representative": "法定代表人（负责人）",
    "id_type": "证件类型",
    "id_number": "证件号码",
    "resident_id": "公民身份号码",
    "uscc": "统一社会信用代码",
    "born_on": "出生日期",
    "phone": "联系电话",
    "address": "联系地址",
    "home": "户籍村（居）",
    "seat": "所在村（居）",
    "agent_name": "代办人",
    "agent_id_type": "代办人证件类型",
    "agent_id_number": "代办人身份号码",
    "agent_phone": "代办人电话",
    "agent_relation": "与申请人关系",
    "channel": "申报渠道",
    "delivery": "领取方式",
    "pickup": "领取地点",
    "grounds": "不予受理的依据",
    "reason": "不予受理的说明",
    "tell": "告知方式",
    "licence_copies": "证照份数",
    "deliver_to": "送达地址",
    "commitment": "告知承诺",
}
TELL: Final = {"sms": "短信", "phone": "电话", "none": "不用告知"}
FEE_HOW: Final = {"paid": "已缴", "waived": "免缴", "later": "未缴"}
FEE_COLLECT: Final = {"before_accept": "受理前缴纳", "before_issue": "领证前缴纳"}
ID_TYPE: Final = {
    "111": "居民身份证",
    "154": "港澳台居民居住证",
    "414": "护照",
    "553": "外国人永久居留身份证",
    "990": "其他有效证件",
}
ID_TYPE_ORGANISATION: Final = {"001": "统一社会信用代码"}
IDENTITY: Final = {
    "E_ID_LENGTH": "身份号码应为 18 位，请核对",
    "E_ID_FIFTEEN": "15 位的旧身份号码已停用，请用现行身份证上的 18 位号码",
    "E_ID_CHARACTERS": "前 17 位应为数字，末位为数字或 X",
    "E_ID_CHECK": "校验不通过，请逐位核对号码",
    "E_ID_BIRTH_DATE": "号码中的出生日期不存在，请核对",
    "E_ID_NOT_BORN": "号码中的出生日期晚于今天，请核对",
    "W_ID_REGION": "校验通过，但前 6 位不是已知的行政区划，请核对原件",
    "E_USCC_LENGTH": "统一社会信用代码应为 18 位，请核对",
    "E_USCC_CHARACTERS": "含有代码中不使用的字符（如 I、O、S、V、Z），请核对",
    "E_USCC_CHECK": "校验不通过，请逐位核对代码",
    "W_USCC_CHECK": "末位校验不符，请核对证照原件",
    "W_USCC_BODY_CHECK": "主体标识码的校验位不符，请核对证照原件；无误可继续",
    "E_PHONE": "手机号应为 11 位，座机加区号",
    "E_BANK_ACCOUNT": "银行账号校验不通过，请逐位核对",
    "E_NAME_EMPTY": "请填写姓名",
    "E_NAME_LENGTH": "姓名过长，请核对",
    "E_NAME_CHARACTERS": "含有不能使用的字符，请重新输入",
    "W_NAME_UNUSUAL": "含有姓名中少见的符号，请核对",
}
ID_GOOD: Final = "校验通过 · {sex} · {born_on} · {place}"
USCC_GOOD: Final = "校验通过"
BANK_ACCOUNT_GOOD: Final = "校验通过"
GLYPHS_MISSING: Final = "该字库无此字：{characters}，打印时以编码代替"
AGENT_IS_APPLICANT: Final = "代办人不能是申请人本人，请核对号码"
FIELD_WRONG: Final = "{label}：{text}"
FIELD_PATTERN: Final = "{label}的格式不对，请核对"
FIELD_PATTERN_EXAMPLE: Final = "{label}的格式不对，应如 {example}"
FIELD_DECIMALS: Final = "{label}最多 {limit} 位小数"
FIELD_WHOLE: Final = "{label}应为整数"
FIELD_EARLIEST: Final = "{label}不能早于 {day}"
FIELD_LATEST: Final = "{label}不能晚于 {day}"
FIELD_MOMENT: Final = "{label}应为日期和时间，如 2026-11-20 09:30"
ROWS_TOO_FEW: Final = "{label}至少 {limit} 行，请添加"
ROWS_TOO_MANY: Final = "{label}最多 {limit} 行，请删减"
FEE_DUE: Final = "{name}须在受理前缴清，请登记已缴或免缴"
FEE_AMOUNT: Final = "{name}实缴金额"
FEE_EXEMPTION: Final = "{name}的免缴理由"
NOT_EXCLUDED: Final = "请问明申请人并勾选：没有“{text}”的情形"
REUSED: Final = "沿用 {number} 的材料"
REUSED_REMARK: Final = "{material}：沿用 {number} 的材料"
CELL: Final = "{label}第 {row} 行的{column}"
YES_NO: Final = {"1": "是", "0": "否"}
# Every choice for a material; MATERIAL_CHOICE leaves out what no paper stands behind.
MATERIAL_VERDICT: Final = {
    "present": "已收",
    "missing": "缺少",
    "deferred": "容缺",
    "cited": "调取",
    "not_applicable": "免交",
}
INTAKE_NEXT: Final = {
    "collect": "代收并打印代办凭证",
    "register": "登记收件",
    "instant": "当场办结并打印结果",
    "accept": "受理并打印通知书",
    "accept_deferred": "容缺受理并打印承诺书",
    "notify_deficiency": "发一次性告知书",
    "refuse_acceptance": "不予受理…",
    "receive": "先收件，稍后受理",
}
DRAFT_SAVED: Final = "草稿已保存在本机"
CONDITION_UNANSWERED: Final = "请核对受理条件，选“是”或“否”：{text}"
CONDITIONS_OPEN: Final = "受理条件还有 {count} 条没有核对，请先核对"
DRAFT_DELETED: Final = "草稿已删除"
VERSION_CHANGE: Final = {
    "material_added": "新增材料：{name}",
    "material_removed": "不再需要：{name}",
    "material_changed": "材料要求有变：{name}",
    "field_added": "新增填写项：{name}",
    "field_removed": "不再填写：{name}",
    "field_changed": "填写要求有变：{name}",
    "promised": "承诺时限有变",
    "acceptance": "受理条件有变",
    "fees": "收费有变",
}
UPLOAD_WARNING: Final = {"blurred": "照片不清，请重拍", "dark": "照片太暗，请重拍"}

TABLES: Final[Mapping[str, Mapping[str, str]]] = {
    "intake_field": INTAKE_FIELD,
    "id_type": ID_TYPE,
    "id_type_organisation": ID_TYPE_ORGANISATION,
    "identity": IDENTITY,
    "yes_no": YES_NO,
    "material_verdict": MATERIAL_VERDICT,
    "intake_next": INTAKE_NEXT,
    "version_change": VERSION_CHANGE,
    "upload_warning": UPLOAD_WARNING,
    "tell": TELL,
    "fee_how": FEE_HOW,
    "fee_collect": FEE_COLLECT,
}
