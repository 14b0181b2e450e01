"""Identity numbers with check characters: GB 11643, GB 11714, GB 32100 and bank cards.

Every number made here is synthetic: the caller chooses the leading part, these
functions only complete and verify it.
"""

from datetime import date

_PERSON_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_PERSON_CHECKS = "10X98765432"
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_BODY_LENGTH = 8
_CREDIT_LENGTH = 18


def person_number(region: str, born_on: date, sequence: int) -> str:
    """Complete an 18-character resident identity number (GB 11643)."""
    digits = f"{region}{born_on:%Y%m%d}{sequence:03d}"
    return digits + _person_check(digits)


def is_person_number(number: str) -> bool:
    if len(number) != _CREDIT_LENGTH or not (number[:17].isascii() and number[:17].isdigit()):
        return False
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return number[17] == _person_check(number[:17])


def born_on(number: str) -> date:
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def sex_of(number: str) -> str:
    """ "1" for a man, "2" for a woman: the parity of the 17th digit."""
    return "1" if int(number[16]) % 2 else "2"


def credit_code(prefix: str, body: str) -> str:
    """Complete an 18-character unified social credit code (GB 32100)."""
    head = prefix + body + _body_check(body)
    return head + _credit_check(head)


def is_credit_code(code: str) -> bool:
    if len(code) != _CREDIT_LENGTH or any(c not in _CREDIT_ALPHABET for c in code):
        return False
    return code[16] == _body_check(code[8:16]) and code[17] == _credit_check(code[:17])


def card_number(digits: str) -> str:
    """Complete a bank card number with its Luhn digit."""
    return digits + str(-_luhn(digits + "0") % 10)


def is_card_number(number: str) -> bool:
    return number.isascii() and number.isdigit() and _luhn(number) % 10 == 0


def _person_check(digits: str) -> str:
    total = sum(int(d) * w for d, w in zip(digits, _PERSON_WEIGHTS, strict=True))
    return _PERSON_CHECKS[total % 11]


def _body_check(body: str) -> str:
    assert len(body) == _BODY_LENGTH, "an organisation body has eight characters"
    remainder = 11 - sum(int(c, 36) * w for c, w in zip(body, _BODY_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(remainder, str(remainder))


def _credit_check(head: str) -> str:
    total = sum(_CREDIT_ALPHABET.index(c) * w for c, w in zip(head, _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_ALPHABET[-total % 31]


def _luhn(number: str) -> int:
    doubled = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(number))]
    return sum(sum(divmod(d, 10)) for d in doubled)
