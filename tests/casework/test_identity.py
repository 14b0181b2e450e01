"""Identity numbers, credit codes, telephone numbers and names."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.identity import (
    IdentityCode,
    IdKind,
    Sex,
    age_counted,
    age_on,
    check_bank_account,
    check_name,
    check_phone,
    check_resident_id,
    check_uscc,
    normal_name,
    place_of,
    read_resident_id,
)

GOOD = "440229193501010004"


@pytest.mark.parametrize(
    ("text", "born_on", "sex"),
    [
        ("440229193501010004", date(1935, 1, 1), Sex.FEMALE),
        ("440229198802290014", date(1988, 2, 29), Sex.MALE),
        ("37040319590615002x", date(1959, 6, 15), Sex.FEMALE),
        ("１１０１０５１９４９１２３１００２ｘ", date(1949, 12, 31), Sex.FEMALE),
        (" 440229 19350101 0004 ", date(1935, 1, 1), Sex.FEMALE),
    ],
)
def test_a_number_in_any_usual_writing_says_who_it_is(text: str, born_on: date, sex: Sex) -> None:
    said = read_resident_id(text)
    assert said is not None
    assert (said.born_on, said.sex, said.kind) == (born_on, sex, IdKind.RESIDENT)
    assert check_resident_id(text).warnings == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", IdentityCode.ID_LENGTH),
        ("44022919350101000", IdentityCode.ID_LENGTH),
        ("440229350101000", IdentityCode.ID_FIFTEEN),
        ("44022919350101000A", IdentityCode.ID_CHARACTERS),
        ("4402291935010100X4", IdentityCode.ID_CHARACTERS),
        ("440229193502300004", IdentityCode.ID_BIRTH_DATE),
        ("440229198902290014", IdentityCode.ID_BIRTH_DATE),
        ("440229193501010005", IdentityCode.ID_CHECK),
    ],
)
def test_each_fault_has_its_own_code(text: str, code: IdentityCode) -> None:
    assert check_resident_id(text).error is code
    assert read_resident_id(text) is None


@given(st.integers(0, 17), st.integers(1, 9))
def test_no_wrong_digit_passes(place: int, change: int) -> None:
    wrong = (int(GOOD[place]) + change) % 10
    assert not check_resident_id(f"{GOOD[:place]}{wrong}{GOOD[place + 1 :]}").ok


def test_nobody_applies_before_being_born() -> None:
    assert check_resident_id(GOOD, date(1935, 1, 1)).ok
    assert check_resident_id(GOOD, date(1934, 12, 31)).error is IdentityCode.ID_NOT_BORN


def test_an_unknown_place_only_warns() -> None:
    checked = check_resident_id("000000199408230020")
    assert checked.ok
    assert checked.warnings == (IdentityCode.ID_REGION,)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("810000199408230021", IdKind.HONG_KONG),
        ("820000199408230023", IdKind.MACAU),
        ("830000199408230025", IdKind.TAIWAN),
        ("911156199408230023", IdKind.FOREIGN),
    ],
)
def test_residents_from_elsewhere_have_numbers_of_the_same_form(text: str, kind: IdKind) -> None:
    said = read_resident_id(text)
    assert said is not None
    assert said.kind is kind
    assert check_resident_id(text).warnings == ()


def test_the_place_of_issue_is_known_by_name() -> None:
    assert place_of("440229") == "翁源县"
    assert place_of("370403") == "薛城区"
    assert place_of("000000") is None


def test_age_is_completed_on_the_birthday() -> None:
    born = date(1946, 11, 20)
    assert age_on(born, date(2026, 11, 19)) == 79
    assert age_on(born, date(2026, 11, 20)) == 80
    leap = date(1988, 2, 29)
    assert age_on(leap, date(2026, 2, 28)) == 37
    assert age_on(leap, date(2026, 3, 1)) == 38


def test_a_matter_may_count_the_age_ahead() -> None:
    born = date(1946, 12, 15)
    assert age_counted(born, date(2026, 11, 20), 30) == 80
    assert age_counted(born, date(2026, 11, 10), 30) == 79
    assert age_counted(born, date(2026, 11, 20), None) == 79


@pytest.mark.parametrize("code", ["91350100M000100Y43", "92440229MA00000070", "11440229MB2A000112"])
def test_a_right_credit_code_passes(code: str) -> None:
    checked = check_uscc(code.lower())
    assert checked.ok
    assert checked.value == code
    assert checked.warnings == ()


def test_a_wrong_check_character_stops_a_form_and_only_warns_on_import() -> None:
    assert check_uscc("91350100M000100Y44").error is IdentityCode.USCC_CHECK
    imported = check_uscc("91350100M000100Y44", imported=True)
    assert imported.ok
    assert imported.warnings == (IdentityCode.USCC_CHECK_IMPORTED,)


def test_a_wrong_organisation_code_within_only_warns() -> None:
    checked = check_uscc("91350100M000100X42")
    assert checked.ok
    assert checked.warnings == (IdentityCode.USCC_BODY_CHECK,)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("91350100M000100Y4", IdentityCode.USCC_LENGTH),
        ("91350100I000100Y43", IdentityCode.USCC_CHARACTERS),
        ("9135010XM000100Y43", IdentityCode.USCC_CHARACTERS),
    ],
)
def test_a_malformed_credit_code_is_refused(code: str, error: IdentityCode) -> None:
    assert check_uscc(code).error is error


@pytest.mark.parametrize("text", ["14000000001", "+86 140 0000 0001", "0751-2812345"])
def test_a_number_that_can_be_called_passes(text: str) -> None:
    assert check_phone(text).ok


@pytest.mark.parametrize("text", ["", "12000000001", "1400000000", "140000000012", "abc", "112"])
def test_a_number_that_cannot_be_called_does_not(text: str) -> None:
    assert check_phone(text).error is IdentityCode.PHONE


def test_a_bank_card_has_its_luhn_digit() -> None:
    assert check_bank_account("6200 0000 0000 0000 05").ok
    assert not check_bank_account("620000000000000006").ok
    assert not check_bank_account("0").ok


@pytest.mark.parametrize(
    "name",
    [
        "欧阳䶮",
        "古丽娜尔·艾山",
        "王𬶋",
        "吴𤩽样",
        "Mary Ann O'Neil",
        "翁源县样本小吃店（个体工商户）",
    ],
)
def test_rare_and_long_names_are_names(name: str) -> None:
    checked = check_name(name)
    assert checked.ok
    assert checked.warnings == ()
    assert checked.value == name


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", IdentityCode.NAME_EMPTY),
        ("　 ", IdentityCode.NAME_EMPTY),
        ("林\x00", IdentityCode.NAME_CHARACTERS),
        ("林\u202e", IdentityCode.NAME_CHARACTERS),
        ("林\u200b", IdentityCode.NAME_CHARACTERS),
        ("林" * 101, IdentityCode.NAME_LENGTH),
    ],
)
def test_what_nobody_can_read_is_no_name(name: str, code: IdentityCode) -> None:
    assert check_name(name).error is code


def test_a_character_of_private_use_only_warns() -> None:
    assert check_name("林\ue000").warnings == (IdentityCode.NAME_UNUSUAL,)


def test_every_keyboards_dot_is_the_same_dot() -> None:
    assert normal_name("古丽娜尔•艾山") == normal_name("古丽娜尔・艾山") == "古丽娜尔·艾山"
    assert normal_name(" 欧阳 䶮 ") == "欧阳䶮"


@given(st.text(max_size=30))
def test_no_text_breaks_a_check(text: str) -> None:
    for check in (check_resident_id, check_uscc, check_phone, check_name, check_bank_account):
        check(text)
