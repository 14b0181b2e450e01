"""What a power asks of a case, in words."""

from casework.condition import Condition
from casework.matter import MatterVersion
from webui import labels


def condition_words(condition: Condition, matter: MatterVersion) -> str:
    """In the list's own words, else what the form calls the fact, and how it is compared."""
    if condition.text:
        return condition.text
    fields = {each.key: each.label for each in matter.form_fields}
    facts = labels.tables()["case_fact"]
    values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    return " ".join(
        (
            fields.get(condition.field) or facts.get(condition.field) or condition.field,
            labels.label("operator", condition.op),
            *(str(each) for each in values),
        )
    )
