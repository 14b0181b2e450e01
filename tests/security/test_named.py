"""Which test proves which of the faults that a county's trust, its delegations and its clocks meet.

And which proves what the procedure makes of bad input and of what happens at awkward times.

A fault is refused by a code, or, where there is no code, by what the named test finds. The lies of
the table are told in one process and by a process of a town (tests/faults/test_hostile_town.py);
the bad sets are offered to a county and to a town (tests/simulation/test_trust_sets.py).
"""

from importlib import import_module
from typing import Final

import pytest

from tests.procedure.lies import LIES
from tests.procedure.test_wrong_clock import TAMPERINGS
from tests.simulation.bad_sets import BAD
from webui import labels

SETS: Final = (
    ("an older version", "an_older_version_replayed", "E_SET_ROLLBACK"),
    ("an older version, signed anew", "an_older_version_signed_anew", "E_SET_ROLLBACK"),
    ("the same version, other content", "the_version_in_force_with_other_content", "E_SET_FORK"),
    ("another history", "the_next_version_of_another_history", "E_SET_FORK"),
    ("parts of another set", "an_index_part_of_another_set", "E_SET_FORM"),
    ("items of another set", "items_of_another_set", "E_SET_FORM"),
    ("a wire without end", "a_wire_without_end", "E_SIZE"),
    ("more items than a set may hold", "more_items_than_a_set_may_hold", "E_SET_FORM"),
    ("a root below threshold", "a_root_below_its_own_threshold", "E_SET_THRESHOLD"),
    (
        "a root its predecessor did not sign",
        "a_root_signed_only_by_the_new_keys",
        "E_SET_THRESHOLD",
    ),
    ("one key counted twice", "a_root_with_one_signature_counted_twice", "E_ENVELOPE"),
    ("one person counted twice", "one_person_counted_twice", "E_ENVELOPE"),
    ("a root that skips a version", "a_root_that_skips_a_version", "E_SET_ROLLBACK"),
    ("revocations that shrink", "a_revocation_list_that_shrinks", "E_SET_ROLLBACK"),
    ("names with ../", "a_name_with_dots", "E_SET_FORM"),
    (
        "delegations signed by the wrong role",
        "delegations_by_the_catalogues_role",
        "E_SET_THRESHOLD",
    ),
    ("a set signed by the online key", "a_set_by_the_countys_online_key", "E_SET_THRESHOLD"),
)
TOLD: Final = (
    ("outside the matter", "of_another_matter", "E_NOT_DELEGATED"),
    ("outside the condition", "beyond_its_condition", "E_NOT_DELEGATED"),
    ("outside date or position", "by_a_record", "E_NOT_DELEGATED"),
    ("`accept` used for a final decision", "by_a_record_that_accepts", "E_DELEGATION_CITED"),
    ("no record at all", "by_no_record", "E_DELEGATION_CITED"),
    ("a village outside its grant", "by_a_village_that_may_collect", "E_ROLE"),
    ("the acceptor decides", "what_it_accepted_itself", "E_SEPARATE_ACCEPTOR"),
    ("one person with two accounts", "with_a_second_account", "E_SEPARATE_ACCEPTOR"),
    ("without a second person", "by_a_record", "E_TWO_PERSON"),
    ("beyond the quota", "one_more_than_its_quota", "E_QUOTA"),
    ("beside a `none`", "beside_a_record_that_withholds", "E_NOT_DELEGATED"),
    ("revoked, and it knew", "revoked", "E_DELEGATION_REVOKED"),
    ("revoked prospectively, and it could not know", "revoked", "E_REVOKED_PROSPECTIVE"),
    ("suspended, and it could not know", "revoked", "E_REVOKED_SUSPEND"),
    ("a compromised key", "by_a_key_that_was_lost", "E_KEY_COMPROMISED"),
    ("in the name of another town's officer", "in_the_name_of_another_town", "E_OFFICER_NOT_HERE"),
    ("in somebody's stead", "in_the_stead_of_another", "E_SUBSTITUTE"),
    ("by older sets than it has shown", "by_old_sets", "E_TRUST_ROLLBACK"),
    ("late arrival", "long_ago_as_it_says", "E_LATE_UNPROVEN"),
    ("past the lease", "past_its_lease", "E_LEASE_ENDED"),
    ("back-dated into a lapsed lease", "back_into_a_lapsed_lease", "E_BEFORE_ANCHOR"),
    ("back-dated by an old anchor", "back_by_an_old_anchor", "E_TRUST_ROLLBACK"),
    ("dated ahead", "of_tomorrow", "E_AFTER_RECEIPT"),
    ("by a suspect clock", "by_a_suspect_clock", "E_CLOCK_SUSPECT"),
)
CLOCKS: Final = (
    ("back two days", "set_back_two_days"),
    ("far forward", "put_far_forward"),
    ("far forward and back", "put_far_forward_and_back"),
    ("rolled back while off", "rolled_back_while_off"),
    ("the high-water mark deleted", "set_back_with_the_mark_deleted"),
    ("the doubt deleted", "set_right_with_the_doubt_deleted"),
)
FOUND: Final = (
    (
        "sets that do not belong together",
        "sync.test_trust_store",
        "test_a_set_counts_only_when_it_is_whole",
    ),
    (
        "a frozen lease",
        "simulation.test_trust_sets",
        "test_a_lease_that_is_played_again_lasts_no_longer",
    ),
    ("endless data", "simulation.test_trust_sets", "test_data_without_end_is_cut_off"),
    (
        "two histories raise the alarm",
        "sync.test_trust_store",
        "test_two_histories_of_one_version_raise_the_alarm",
    ),
    (
        "sub-delegation",
        "procedure.test_record_edges",
        "test_a_power_that_may_be_handed_on_is_not_published",
    ),
    (
        "records that fit alike",
        "casework.test_delegation",
        "test_two_records_that_fit_alike_are_a_tie",
    ),
    (
        "overlapping records with `none`",
        "casework.test_delegation",
        "test_a_none_beats_all_and_an_unknown_fact_does_not_fail_it",
    ),
    (
        "the very edges of a record's days",
        "procedure.test_record_edges",
        "test_a_record_counts_from_its_first_instant_to_its_last",
    ),
    (
        "shuffled and duplicated",
        "central.test_random_histories",
        "test_no_order_and_no_repetition_changes_a_verdict",
    ),
    (
        "a release cut off half way",
        "simulation.test_releases",
        "test_a_release_that_is_cut_off_anywhere_goes_on",
    ),
    (
        "a release that fails at the county",
        "simulation.test_releases",
        "test_a_release_that_fails_half_way_at_the_county_never_was",
    ),
    (
        "two administrators publish at once",
        "simulation.test_releases",
        "test_two_administrators_publish_at_once",
    ),
    (
        "five releases missed",
        "simulation.test_releases",
        "test_a_node_that_missed_five_releases_takes_only_the_newest",
    ),
    (
        "three bad rows of a thousand",
        "central.test_delegation_files",
        "test_three_bad_rows_of_a_thousand_are_told_and_nothing_is_applied",
    ),
    ("a clock far ahead", "sync.test_clock", "test_a_jump_forward_never_raises_the_mark"),
    (
        "a clock rolled back while off",
        "sync.test_clock",
        "test_a_dead_battery_is_noticed_after_the_boot",
    ),
    ("only the county clears a doubt", "sync.test_clock", "test_only_the_county_clears_a_doubt"),
    (
        "results past the lease",
        "casework.test_judging",
        "test_a_result_is_handed_over_at_the_counter_the_resident_chose",
    ),
    (
        "a grant revoked in mid-outage",
        "faults.test_delegated",
        "test_a_grant_is_taken_back_in_the_middle_of_an_outage",
    ),
    (
        "a log rewritten",
        "procedure.test_hostile_town",
        "test_a_log_that_is_written_anew_is_stopped_and_its_case_frozen",
    ),
    (
        "a village's case withheld",
        "procedure.test_hostile_town",
        "test_a_villages_case_that_it_withholds_leaves_a_gap_that_is_named",
    ),
)
PROCEDURE: Final = (
    (
        "illegal acts from every status by every role",
        "casework.test_every_act",
        "test_an_act_is_open_by_the_table_or_refused_in_words",
    ),
    (
        "each refused with its own code and a sentence",
        "casework.test_every_act",
        "test_every_refusal_has_a_code_of_its_own_and_says_what_to_do_instead",
    ),
    (
        "acts dated before the case",
        "casework.test_every_act",
        "test_no_act_is_dated_before_the_case_it_is_done_to",
    ),
    (
        "what is taken up was brought before the case",
        "casework.test_every_act",
        "test_nothing_is_taken_up_that_was_brought_before_the_case_began",
    ),
    (
        "two acts at one instant, on one screen",
        "procedure.test_faults",
        "test_of_two_who_act_on_the_same_screen_at_one_instant_the_second_looks_again",
    ),
    (
        "two acts at one instant, in the clocks",
        "casework.test_case_clocks",
        "test_of_two_acts_of_one_instant_the_one_written_first_counts_first",
    ),
    (
        "two decide at one instant",
        "central.test_cases",
        "test_two_decide_at_once_and_exactly_one_decision_stands",
    ),
    (
        "matter version withdrawn",
        "procedure.test_faults",
        "test_a_matter_that_is_withdrawn_is_finished_where_it_was_received_and_begun_nowhere",
    ),
    (
        "matter version withdrawn without a day",
        "procedure.test_faults",
        "test_a_version_that_is_withdrawn_without_a_day_takes_nothing_in",
    ),
    (
        "calendars that disagree",
        "procedure.test_faults",
        "test_calendars_that_disagree_name_their_version_and_agree_once_both_hold_the_newer",
    ),
    (
        "a node two catalogue versions behind",
        "procedure.test_faults",
        "test_a_node_two_catalogues_behind_takes_in_and_is_admitted_by_the_version_it_had",
    ),
    (
        "fields over length, in a form",
        "webui.test_intake_bad_input",
        "test_what_cannot_be_is_told_in_words_and_stays_typed",
    ),
    (
        "pasted newlines, in a form",
        "webui.test_intake_bad_input",
        "test_a_pasted_line_break_in_one_line_becomes_a_space",
    ),
    (
        "fields over length and pasted newlines, signed by a machine",
        "casework.test_every_act",
        "test_no_act_bears_words_that_no_screen_would_take",
    ),
    (
        "scripts and formulas, in a form",
        "webui.test_intake_bad_input",
        "test_a_script_or_a_formula_is_text_and_nothing_else",
    ),
    ("formulas, in a table", "webui.test_forms", "test_a_cell_is_never_a_formula"),
    (
        "the applicant's name not in the font, in a form",
        "webui.test_intake_bad_input",
        "test_a_name_that_cannot_be_printed_warns_at_its_own_field",
    ),
    (
        "the applicant's name not in the font, on paper",
        "webui.test_documents",
        "test_a_character_the_font_lacks_is_found_and_printed_as_its_code",
    ),
    (
        "29 February, make-up Saturdays and the year end 2026/27",
        "casework.test_clock",
        "test_leap_days_made_up_saturdays_and_the_end_of_the_year",
    ),
    (
        "born on 29 February",
        "webui.test_intake_bad_input",
        "test_who_was_born_on_29_february_has_an_age_every_day",
    ),
    (
        "a birthday on 29 February",
        "procedure.test_elderly",
        "test_in_a_year_without_29_february_the_birthday_is_the_first_of_march",
    ),
    (
        "a make-up Saturday within an outage",
        "faults.test_scenarios",
        "test_1_silence_in_an_outage_across_a_worked_saturday_accepts_as_of_the_receipt",
    ),
    (
        "a year that is not announced",
        "casework.test_clock",
        "test_a_date_in_a_year_not_announced_is_provisional",
    ),
)


@pytest.mark.parametrize(("fault", "name", "code"), SETS, ids=[row[0] for row in SETS])
def test_a_bad_set_has_its_code(fault: str, name: str, code: str) -> None:
    assert BAD[name][0] == code, fault
    assert code in labels.ERRORS


@pytest.mark.parametrize(("fault", "name", "code"), TOLD, ids=[row[0] for row in TOLD])
def test_a_lie_has_its_code(fault: str, name: str, code: str) -> None:
    told = {(lie.tell.__qualname__.split(".")[0], lie.code) for lie in LIES}
    assert (name, code) in told, fault
    assert code in labels.ERRORS


@pytest.mark.parametrize(("fault", "name"), CLOCKS, ids=[row[0] for row in CLOCKS])
def test_a_clock_that_was_meddled_with_stops_decisions(fault: str, name: str) -> None:
    assert name in {tampering.__name__ for tampering in TAMPERINGS}, fault
    assert "E_CLOCK_SUSPECT" in labels.ERRORS


@pytest.mark.parametrize(
    ("fault", "module", "name"), FOUND + PROCEDURE, ids=[row[0] for row in FOUND + PROCEDURE]
)
def test_a_fault_without_a_code_has_its_test(fault: str, module: str, name: str) -> None:
    assert callable(getattr(import_module(f"tests.{module}"), name, None)), fault
