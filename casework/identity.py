"""Identity numbers, credit codes, telephone numbers and names: is this one, and what does it say.

A fault is either an error, which stops the field, or a warning, which is shown and may be passed:
a number that circulates although a register once wrote it wrongly must not turn a resident away.
"""

import unicodedata
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from msgspec import Struct
from stdnum import luhn, numdb
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2


class IdentityCode(StrEnum):
    """What is wrong with an identity. The values are stored and worded; never change one."""

    ID_LENGTH = "E_ID_LENGTH"
    ID_FIFTEEN = "E_ID_FIFTEEN"
    ID_CHARACTERS = "E_ID_CHARACTERS"
    ID_CHECK = "E_ID_CHECK"
    ID_BIRTH_DATE = "E_ID_BIRTH_DATE"
    ID_NOT_BORN = "E_ID_NOT_BORN"
    ID_REGION = "W_ID_REGION"
    USCC_LENGTH = "E_USCC_LENGTH"
    USCC_CHARACTERS = "E_USCC_CHARACTERS"
    USCC_CHECK = "E_USCC_CHECK"
    USCC_CHECK_IMPORTED = "W_USCC_CHECK"
    USCC_BODY_CHECK = "W_USCC_BODY_CHECK"
    PHONE = "E_PHONE"
    BANK_ACCOUNT = "E_BANK_ACCOUNT"
    NAME_EMPTY = "E_NAME_EMPTY"
    NAME_LENGTH = "E_NAME_LENGTH"
    NAME_CHARACTERS = "E_NAME_CHARACTERS"
    NAME_UNUSUAL = "W_NAME_UNUSUAL"


class IdKind(StrEnum):
    """Whose number it is, read off its first digits."""

    RESIDENT = "resident"
    HONG_KONG = "hong_kong"
    MACAU = "macau"
    TAIWAN = "taiwan"
    FOREIGN = "foreign"


class Sex(StrEnum):
    """codes.json, table `sex`."""

    MALE = "1"
    FEMALE = "2"


class Checked(Struct, frozen=True):
    """A value in its normal writing, with what is wrong with it."""

    value: str
    error: IdentityCode | None = None
    warnings: tuple[IdentityCode, ...] = ()

    @property
    def ok(self) -> bool:
        return self.error is None


class ResidentId(Struct, frozen=True):
    """What a valid number says. `region` is where it was first issued, not where one lives."""

    number: str
    kind: IdKind
    region: str
    born_on: date
    sex: Sex


PLACES_CACHED_MAX: Final = 4096
ID_CHARS: Final = 18
ID_CHARS_OLD: Final = 15
USCC_CHARS: Final = 18
USCC_ALPHABET: Final = frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")
BODY_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
BANK_ACCOUNT_CHARS_MIN: Final = 12
BANK_ACCOUNT_CHARS_MAX: Final = 30
NAME_CHARS_MAX: Final = 100
LANDLINE_CHARS_MIN: Final = 10
LANDLINE_CHARS_MAX: Final = 12
MOBILE_CHARS: Final = 11

# The middle dot of names, and the dots that keyboards put in its place.
_DOT: Final = "·"
_DOTS: Final = dict.fromkeys(map(ord, "•・‧∙⋅･．"), _DOT)
_KINDS: Final = {"81": IdKind.HONG_KONG, "82": IdKind.MACAU, "83": IdKind.TAIWAN}
_NAME_MARKS: Final = frozenset("·.'-– ()（）&、，,《》〈〉“”/+")


def check_resident_id(text: str, on: date | None = None) -> Checked:
    """Check an identity number (GB 11643) in any usual writing; `on` bounds the date of birth.

    A number of fifteen digits has been void since 2013 and is refused with a code of its own: the
    two digits of the year and the check character cannot be guessed.
    """
    number = normal_id(text)
    if malformed := _id_form(number):
        return Checked(number, malformed)
    born_on = _birth_date(number)
    if born_on is None:
        return Checked(number, IdentityCode.ID_BIRTH_DATE)
    if not mod_11_2.is_valid(number):
        return Checked(number, IdentityCode.ID_CHECK)
    if on is not None and born_on > on:
        return Checked(number, IdentityCode.ID_NOT_BORN)
    known = _kind(number) is not IdKind.RESIDENT or place_of(number[:6]) is not None
    return Checked(number, warnings=() if known else (IdentityCode.ID_REGION,))


def read_resident_id(text: str) -> ResidentId | None:
    """What a number says, or None if it is not one."""
    checked = check_resident_id(text)
    if not checked.ok:
        return None
    number = checked.value
    born_on = _birth_date(number)
    assert born_on is not None, "a checked number has a date of birth"
    sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    return ResidentId(number, _kind(number), number[:6], born_on, sex)


def normal_id(text: str) -> str:
    """A number as it is stored: half-width, upper case, nothing between the digits."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(one for one in plain if not one.isspace() and one not in "-\u200b\ufeff")


@lru_cache(maxsize=PLACES_CACHED_MAX)
def place_of(region: str) -> str | None:
    """The name of a county-level place by its six digits, past places too; None if unknown."""
    for _, properties in numdb.get("cn/loc").info(region):
        if county := properties.get("county"):
            # A code that was used twice lists its places, each behind its years.
            return str(county).rpartition(",")[2].rpartition("]")[2]
    return None


def age_on(born_on: date, on: date) -> int:
    """Completed years; who is born on 29 February completes one on 1 March of other years."""
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def age_counted(born_on: date, on: date, ahead_days: int | None) -> int:
    """The age by which a matter judges: that of some days later where it takes in early."""
    return age_on(born_on, on + timedelta(days=ahead_days or 0))


def check_uscc(text: str, *, imported: bool = False) -> Checked:
    """Check a unified social credit code (GB 32100).

    A wrong organisation code within it (GB 11714) only warns: such codes are in circulation. A
    wrong check character is refused at a counter, and only warned of in imported data.
    """
    code = normal_id(text)
    if len(code) != USCC_CHARS:
        return Checked(code, IdentityCode.USCC_LENGTH)
    if not USCC_ALPHABET.issuperset(code) or not _digits(code[2:8]):
        return Checked(code, IdentityCode.USCC_CHARACTERS)
    warnings = [] if code[16] == _body_check(code[8:16]) else [IdentityCode.USCC_BODY_CHECK]
    if code[17] != uscc.calc_check_digit(code[:17]):
        if not imported:
            return Checked(code, IdentityCode.USCC_CHECK)
        warnings.append(IdentityCode.USCC_CHECK_IMPORTED)
    return Checked(code, warnings=tuple(warnings))


def check_phone(text: str) -> Checked:
    """Check a mobile number, or a landline with its area code."""
    number = normal_id(text).removeprefix("+86")
    mobile = len(number) == MOBILE_CHARS and number[0] == "1" and number[1:2] >= "3"
    landline = LANDLINE_CHARS_MIN <= len(number) <= LANDLINE_CHARS_MAX and number[0] == "0"
    if not _digits(number) or not (mobile or landline):
        return Checked(number, IdentityCode.PHONE)
    return Checked(number)


def check_bank_account(text: str) -> Checked:
    """Check a bank card number by its Luhn digit."""
    number = normal_id(text)
    fits = BANK_ACCOUNT_CHARS_MIN <= len(number) <= BANK_ACCOUNT_CHARS_MAX
    if not fits or not _digits(number) or not luhn.is_valid(number):
        return Checked(number, IdentityCode.BANK_ACCOUNT)
    return Checked(number)


def check_name(text: str) -> Checked:
    """Check the name of a person or an organisation; rare characters are names like any other.

    Characters outside the basic plane, the middle dot and Latin letters pass. Control characters
    do not. What is no letter anybody else could read, such as one of private use, is warned of.
    """
    name = normal_name(text)
    if not name:
        return Checked(name, IdentityCode.NAME_EMPTY)
    if len(name) > NAME_CHARS_MAX:
        return Checked(name, IdentityCode.NAME_LENGTH)
    if any(unicodedata.category(one) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for one in name):
        return Checked(name, IdentityCode.NAME_CHARACTERS)
    if all(_is_usual(one) for one in name):
        return Checked(name)
    return Checked(name, warnings=(IdentityCode.NAME_UNUSUAL,))


def normal_name(text: str) -> str:
    """A name as it is stored: composed, one kind of middle dot, no space around or between Han."""
    name = " ".join(unicodedata.normalize("NFC", text).translate(_DOTS).split())
    if any(one.isascii() and one.isalpha() for one in name):
        return name
    return name.replace(" ", "")


def _id_form(number: str) -> IdentityCode | None:
    if len(number) == ID_CHARS_OLD and _digits(number):
        return IdentityCode.ID_FIFTEEN
    if len(number) != ID_CHARS:
        return IdentityCode.ID_LENGTH
    if not _digits(number[:17]) or not (_digits(number[17]) or number[17] == "X"):
        return IdentityCode.ID_CHARACTERS
    return None


def _is_usual(one: str) -> bool:
    # Han of the newest extensions may be unassigned in the tables at hand.
    return unicodedata.category(one)[0] in "LN" or one in _NAME_MARKS or _is_han(one)


def _is_han(one: str) -> bool:
    return "\U00020000" <= one <= "\U0003ffff"


def _birth_date(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _kind(number: str) -> IdKind:
    if number[0] == "9":
        return IdKind.FOREIGN
    return _KINDS.get(number[:2], IdKind.RESIDENT)


def _body_check(body: str) -> str:
    total = sum(int(one, 36) * weight for one, weight in zip(body, BODY_WEIGHTS, strict=True))
    return "0X987654321"[total % 11]


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
