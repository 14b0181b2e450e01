"""The county's lint on lists of clauses whose verdicts are known, and its command."""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec import Struct

from casework.clause_lint import ClauseKind, ClauseVerdict, idle_words
from casework.matter_lint import MatterFault, MatterFinding, lint_matter
from central.cli import main as central
from central.services.catalogue_lint import clause_lint, clause_table, said_of
from tests.county import FOLDER, catalogue

LISTS = Path(__file__).parent / "clauses"
WRITTEN = sorted(LISTS.glob("*.toml"))
RECALL_MIN = 0.95
FALSE_ALARMS_MAX = 0.05


class Labelled(Struct, frozen=True):
    kind: ClauseKind
    text: str
    label: ClauseVerdict

    @property
    def said(self) -> ClauseVerdict:
        found = clause_lint().finding(self.text, self.kind)
        return ClauseVerdict.FINE if found is None else found.verdict


def reference() -> list[Labelled]:
    read = json.loads((LISTS / "reference.json").read_text("utf-8"))
    return [
        Labelled(ClauseKind(one["kind"]), one["text"], ClauseVerdict(one["label"]))
        for one in read["clauses"]
    ]


def written(path: Path) -> list[Labelled]:
    return [
        Labelled(ClauseKind(kind), text, ClauseVerdict(label))
        for label, kinds in tomllib.loads(path.read_text("utf-8")).items()
        for kind, texts in kinds.items()
        for text in texts
    ]


def half(clauses: Iterable[Labelled], which: int) -> list[Labelled]:
    """One of two halves that nobody chose."""
    return [one for one in clauses if hashlib.sha256(one.text.encode()).digest()[0] % 2 == which]


def holds(clauses: Sequence[Labelled]) -> None:
    bad = [one for one in clauses if one.label is not ClauseVerdict.FINE]
    fine = [one for one in clauses if one.label is ClauseVerdict.FINE]
    missed = [one.text for one in bad if one.said is ClauseVerdict.FINE]
    false = [one.text for one in fine if one.said is not ClauseVerdict.FINE]
    mistaken = [one.text for one in bad if one.said not in {one.label, ClauseVerdict.FINE}]
    assert len(missed) <= (1 - RECALL_MIN) * len(bad), missed
    assert len(false) <= FALSE_ALARMS_MAX * len(fine), false
    assert len(mistaken) <= (1 - RECALL_MIN) * len(bad), mistaken


@pytest.mark.parametrize("which", [0, 1], ids=["development", "held out"])
def test_the_reference_list(which: int) -> None:
    holds(half(reference(), which))


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_lists_in_other_words(path: Path) -> None:
    holds(written(path))


def test_no_list_repeats_the_reference() -> None:
    known = {one.text for one in reference()}

    assert [one.text for path in WRITTEN for one in written(path) if one.text in known] == []


def test_no_clause_of_the_lists_is_looked_up() -> None:
    """A rule that holds a whole clause would find that clause and no other."""
    table = (Path(__file__).parents[2] / "central/data/catalogue_lint.toml").read_text("utf-8")
    bad = [one for one in reference() if one.label is not ClauseVerdict.FINE]
    clauses = {one.text for one in bad if len(one.text) > 5}

    assert [text for text in clauses if text in table] == []


def test_the_example_catalogue_is_fine() -> None:
    found = {one.ref: list(lint_matter(one, clause_lint())) for one in catalogue().matters}

    assert {ref: each for ref, each in found.items() if each} == {}


def test_the_table_has_nothing_idle_and_no_code_twice() -> None:
    table = clause_table()
    codes = [rule.code for rule in table.rules]

    assert list(idle_words(table)) == []
    assert len(codes) == len(set(codes))


def test_every_rule_finds_something_in_the_lists() -> None:
    clauses = [*reference(), *(one for path in WRITTEN for one in written(path))]
    found = [clause_lint().finding(one.text, one.kind) for one in clauses]

    used = {each.rule for each in found if each is not None}
    assert {rule.code for rule in clause_table().rules} - used == set()


def test_there_are_words_for_every_fault() -> None:
    for fault in MatterFault:
        verdict, reason, suggestion = said_of(MatterFinding("limits", "事项", fault))
        assert verdict == fault
        assert reason
        assert suggestion


def lint(path: Path, content: str | bytes) -> Result:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return CliRunner().invoke(central, ["catalogue", "lint", str(path)], catch_exceptions=False)


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.output.splitlines()]


CLAUSES = ["其他材料", "申请人居民身份证"]


@pytest.mark.parametrize(
    "content",
    [
        json.dumps(CLAUSES),
        json.dumps([{"text": text} for text in CLAUSES]),
        json.dumps({"clauses": [{"text": text, "kind": "material"} for text in CLAUSES]}),
        "\n".join(json.dumps({"text": text, "kind": "x"}) for text in CLAUSES),
        "\n\n".join(CLAUSES),
        "\ufeff" + "\r\n".join(CLAUSES),
    ],
    ids=["texts", "objects", "file", "lines of JSON", "text", "text from Windows"],
)
def test_a_list_of_clauses_in_any_shape(tmp_path: Path, content: str) -> None:
    answer = lint(tmp_path / "clauses", content)

    said = lines(answer)
    assert [list(line) for line in said] == [["text", "verdict", "reason", "suggestion"]] * 2
    assert [line["text"] for line in said] == CLAUSES
    assert [line["verdict"] for line in said] == ["catch_all", "fine"]
    assert said[0]["suggestion"]
    assert said[1]["suggestion"] is None
    assert answer.exit_code == 1


def test_all_fine_is_exit_code_0(tmp_path: Path) -> None:
    assert lint(tmp_path / "clauses", CLAUSES[1]).exit_code == 0


def test_a_catalogue_says_where_it_stands(tmp_path: Path) -> None:
    read = json.loads((FOLDER / "catalogue.json").read_text("utf-8"))
    read["matters"] = read["matters"][:1]
    read["matters"][0]["materials"][0] |= {"name": "有关材料", "legal_basis": []}

    answer = lint(tmp_path / "catalogue.json", json.dumps(read))

    bad = [line for line in lines(answer) if line["verdict"] != "fine"]
    assert [(line["verdict"], line["field"]) for line in bad] == [
        ("catch_all", "materials[m1].name"),
        ("basis_missing", "materials[m1].legal_basis"),
    ]
    assert {line["matter"] for line in bad} == {read["matters"][0]["id"]}
    assert answer.exit_code == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xff\xfe\x00", "not UTF-8"),
        ('["a",', "cannot be read"),
        ('{"matters": [{"id": 3}]}', "cannot be read"),
        ('{"other": 1}', "neither a catalogue nor a list of clauses"),
        ('["a", 7]', "clause 2 has no text"),
        ("[" * 100_000, "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_in_a_sentence(
    tmp_path: Path, content: str | bytes, words: str
) -> None:
    answer = lint(tmp_path / "clauses", content)

    assert words in answer.output
    assert answer.output.count("\n") == 1
    assert answer.exit_code == 1
