"""A condition of the catalogue or of a power in words, for whoever has no case before them."""

from casework.condition import Condition
from casework.form_field import FormField
from casework.matter import MatterVersion
from webui import labels

_BETWEEN = " "


def condition_words(condition: Condition, matter: MatterVersion | None) -> str:
    """In the list's own words, else what the form calls the fact, and how it is compared."""
    if condition.text:
        return condition.text
    fields = {each.key: each for each in matter.form_fields} if matter is not None else {}
    field = fields.get(condition.field)
    facts = labels.tables()["case_fact"]
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    return _BETWEEN.join(
        (
            field.label if field is not None else facts.get(condition.field) or condition.field,
            labels.label("operator", condition.op),
            *(_value(each, field) for each in values),
        )
    )


def _value(value: object, field: FormField | None) -> str:
    if isinstance(value, bool):
        return labels.label("yes_no", int(value))
    options = {each.value: each.label for each in field.options} if field is not None else {}
    return options.get(str(value), str(value))
