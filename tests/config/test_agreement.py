"""What the council's report of 29 November 2022 states, and the rules that keep its record honest."""

import re
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from svip_lib.config.agreement import read_agreement
from svip_lib.config.refusal import Refusal

SHIPPED = Path(__file__).parents[2] / "data" / "authorities" / "medway" / "agreement.yaml"

SMALL = """\
programme: {id: svip, code: SVIP, name: Safety Valve, text: The programme., source: report, verified_by: null, verified_on: null}
sources:
  - {id: report, title: A report, publisher: A council, published_on: 2022-11-29, url: null, held: true}
  - {id: agreed, title: An agreement, publisher: DfE, published_on: 2023-03-16, url: null, held: false}
trajectories:
  - id: shares
    indicator: placements_percent
    text: Shares of all plans.
    paragraph: "5.5"
    source: report
    verified_by: a second reader
    verified_on: 2026-11-24
    area: E06000035
    unit: "%"
    base: all_ehc_plans
    time_identifier: Academic year
    values:
      - {time_period: "202122", label: Jan 2022, category: special, value: 48, kind: actual}
      - {time_period: "202223", label: Jan 2023, category: special, value: 47.5, kind: plan}
amounts:
  - {id: sum_asked, text: What was asked for., source: report, kind: request, value: 17.7, unit: £m, verified_by: null, verified_on: null}
  - {id: sum_agreed, text: What was agreed., source: agreed, kind: unknown, verified_by: null, verified_on: null}
priorities: []
milestones:
  - {id: build, text: Build a school., source: report, kind: activity, item: "1", verified_by: null, verified_on: null}
recommendations: []
risks: []
governance: []
kpis: []
conditions: []
findings:
  - id: falls
    text: The share falls.
    source: report
    verified_by: null
    verified_on: null
    found: It falls by half a point.
    consequence: Nothing follows from it.
    checks:
      - sum: [shares/special/202122, -shares/special/202223]
        equals: 0.5
"""


@pytest.fixture(scope="module")
def agreement():
    return read_agreement(SHIPPED)


def _read(folder, text):
    path = folder / "agreement.yaml"
    path.write_text(text, encoding="utf-8")
    return read_agreement(path)


def _values(agreement, trajectory_id):
    trajectory = next(entry for entry in agreement.trajectories if entry.id == trajectory_id)
    return {(value.category, value.time_period): (value.value, value.kind) for value in trajectory.values}


def test_table_1_stands_as_printed(agreement):
    years = ["201819", "201920", "202021", "202122"]
    printed = {"pupils_with_plan_percent": [3.5, 3.8, 4.0, 4.2], "pupils_with_plan_percent_england": [3.1, 3.3, 3.7, 4.0]}
    for trajectory, shares in printed.items():
        expected = {("total", year): (share, "actual") for year, share in zip(years, shares, strict=True)}
        assert _values(agreement, trajectory) == expected


def test_table_2_stands_as_printed_and_january_2023_is_the_first_plan(agreement):
    assert _values(agreement, "ehc_plans_count") == {
        ("total", "201819"): (2126, "actual"),
        ("total", "201920"): (2296, "actual"),
        ("total", "202021"): (2507, "actual"),
        ("total", "202122"): (2697, "actual"),
        ("total", "202223"): (2853, "plan"),
        ("total", "202324"): (2995, "plan"),
        ("total", "202425"): (3135, "plan"),
        ("total", "202526"): (3254, "plan"),
    }


def test_the_growth_row_of_table_2_recomputes_from_its_numbers_to_the_printed_digit(agreement):
    counts = [value for value, _ in _values(agreement, "ehc_plans_count").values()]
    growth = [round(100 * (later / earlier - 1), 1) for earlier, later in pairwise(counts)]
    assert growth == [8.0, 9.2, 7.6, 5.8, 5.0, 4.7, 3.8]
    assert growth == [value for value, _ in _values(agreement, "ehc_plans_growth_percent").values()]


def test_the_columns_of_table_3_add_up_to_less_than_100(agreement):
    values = _values(agreement, "placements_table_3_percent")
    rows = ["early_years", "mainstream_incl_resourced_provision", "special", "further_education"]
    sums = [round(sum(values[row, year][0] for row in rows), 1) for year in ["202223", "202324", "202425", "202526"]]
    assert sums == [91.7, 89.8, 89.9, 90.6]


def test_the_special_schools_of_table_3_are_the_sum_of_their_parts_in_all_years_but_one(agreement):
    values = _values(agreement, "placements_table_3_percent")
    parts = {year: round(values["special_maintained", year][0] + values["special_independent", year][0], 1) for _, year in values}
    assert parts == {"202223": 55.5, "202324": 51.2, "202425": 48.7, "202526": 47.8}
    assert [year for year, value in parts.items() if value != values["special", year][0]] == ["202324"]


def test_table_3_has_six_rows_of_four_planned_years_on_its_own_base(agreement):
    rows = [row for row in agreement.trajectory_rows() if row["indicator"] == "placements_table_3_percent"]
    categories = "early_years mainstream_incl_resourced_provision special special_maintained special_independent further_education"
    assert Counter(row["category"] for row in rows) == dict.fromkeys(categories.split(), 4)
    assert {(row["base"], row["measure"]) for row in rows} == {("plan_table_3", "plan")}
    assert not [row for row in agreement.trajectory_rows() if row["base"] == "plan_table_3" and row["measure"] != "plan"]


def test_the_target_of_42_percent_stands_on_all_plans_in_january_2026(agreement):
    target = [row for row in agreement.trajectory_rows() if row["indicator"] == "placements_mainstream_percent"]
    assert [(row["time_period"], row["value"], row["base"], row["measure"]) for row in target] == [("202526", 42, "all_ehc_plans", "plan")]


def test_the_amounts_stand_as_printed(agreement):
    printed = {amount.id: (amount.value, amount.unit, amount.paragraph) for amount in agreement.amounts if amount.value is not None}
    assert printed == {
        "notional_funding_per_pupil": (6000, "£", "1.3"),
        "high_needs_block_2021_22": (45.5, "£m", "1.4"),
        "cumulative_deficit_2021_22": (20.8, "£m", "1.4"),
        "dfe_contribution_requested": (17.7, "£m", "7.6"),
        "cumulative_deficit_target": (0, "£m", "7.8"),
        "alternative_provision_cap": (3704539, "£", "7.3"),
        "requests_from_parents_percent": (45.8, "%", "4.1.1.3"),
        "mainstream_percent_medway_2022": (31.9, "%", "4.1.2.2"),
        "mainstream_percent_england_2022": (40.5, "%", "4.1.2.2"),
        "mainstream_percent_medway_2021": (33.8, "%", "4.1.2.2"),
        "mainstream_percent_england_2021": (39.9, "%", "4.1.2.2"),
        "special_percent_medway_2022": (48, "%", "4.1.2.2"),
        "special_percent_england_2022": (34.8, "%", "4.1.2.2"),
        "primary_pupils_with_plan_percent_medway": (1.8, "%", "4.1.2.3"),
        "primary_pupils_with_plan_percent_england": (2.3, "%", "4.1.2.3"),
        "secondary_pupils_with_plan_percent_medway": (1.5, "%", "4.1.2.3"),
        "secondary_pupils_with_plan_percent_england": (2.2, "%", "4.1.2.3"),
        "non_selective_pupils_with_plan_percent_medway": (2, "%", "4.1.2.3"),
    }


def test_every_bullet_of_the_report_is_an_activity_or_a_scheme_and_none_is_left_out(agreement):
    found = {}
    for milestone in agreement.milestones:
        found.setdefault(milestone.paragraph, set()).add(milestone.item)
    assert found == {
        "4.1.1.4": set("12345"),
        "4.1.2.5": set("12345"),
        "4.1.3.2": set("12345678") | {f"7.{n}" for n in range(1, 6)} | {f"8.{n}" for n in range(1, 5)} | {f"8.4.{n}" for n in range(1, 6)},
        "4.1.4.2": {str(n) for n in range(1, 11)} | {"10.1", "10.2"},
        **{paragraph: {"1"} for paragraph in ["7.2", "7.3", "7.4", "7.5"]},
    }
    activities = [milestone for milestone in agreement.milestones if milestone.kind == "activity"]
    assert Counter(milestone.paragraph for milestone in activities) == {
        "4.1.1.4": 5,
        "4.1.2.5": 5,
        "4.1.3.2": 17,
        "4.1.4.2": 12,
        **dict.fromkeys(["7.2", "7.3", "7.4", "7.5"], 1),
    }


def test_a_nested_bullet_belongs_to_the_bullet_above_it(agreement):
    item = {milestone.id: milestone.item for milestone in agreement.milestones}
    nested = [milestone for milestone in agreement.milestones if "." in milestone.item and milestone.kind == "activity"]
    assert len(nested) == 11
    assert all(item[milestone.part_of] == milestone.item.rpartition(".")[0] for milestone in nested)


def test_the_capacity_schemes_have_the_places_needs_and_sites_that_are_stated(agreement):
    schemes = [entry for entry in agreement.milestones if entry.kind == "capacity scheme"]
    assert {entry.id: (entry.places, entry.need, entry.site, entry.due) for entry in schemes} == {
        "scheme_abbey_court": (None, None, "Abbey Court", None),
        "scheme_bradfields": (None, None, "Bradfields", None),
        "scheme_inspire_temporary": (None, "SEMH", "Inspire", None),
        "scheme_inspire_new_build": (160, "SEMH and ASD", "Inspire", "2025-01"),
        "scheme_asd_strood_academy": (25, "ASD", "Strood Academy", None),
        "scheme_asd_second": (25, "ASD", None, None),
        "scheme_asd_selective_first": (25, "ASD", None, None),
        "scheme_asd_selective_second": (25, "ASD", None, None),
        "scheme_semh": (25, "SEMH", None, None),
        "scheme_mld": (25, "MLD", None, None),
    }


def test_what_changes_a_rate_is_worked_out_from_the_tables_and_can_be_worked_out_again(agreement):
    done = {entry.id: entry.changes for entry in agreement.mitigations}
    growth = {year: value for (_, year), (value, _) in _values(agreement, "ehc_plans_growth_percent").items()}
    assert done["mitigation_growth"] == pytest.approx({year: growth[year] - growth["202122"] for year in growth if year > "202122"})
    shares = {name: value for name, (value, _) in _values(agreement, "placements_table_3_percent").items()}
    for before, year in pairwise(["202223", "202324", "202425", "202526"]):
        independent = shares["special_independent", before]
        maintained = 100 * (shares["special_maintained", year] - shares["special_maintained", before]) / independent
        falls = 100 * (1 - shares["special_independent", year] / independent)
        assert done["mitigation_independent_to_maintained"][year] == pytest.approx(maintained, abs=0.06)
        assert done["mitigation_independent_to_mainstream"][year] == pytest.approx(falls - maintained, abs=0.1)


MITIGATION = (
    "mitigations:\n  - {id: fewer, text: Fewer new plans., source: report, verified_by: null, verified_on: null, "
    'rate: %s, changes: {"%s": %s}%s}\nmilestones:'
)


@pytest.mark.parametrize(
    ("rate", "year", "change", "rest", "problem"),
    [
        ("new_plans", "202324", -5, "", None),
        ("places", "202324", 20, ", setting: independent, to: mainstream", None),
        ("places", "202324", 120, ", setting: independent, to: mainstream", "120 is not between 0 and 100 per cent"),
        ("places", "202324", 20, ", setting: independent", "setting and to are given together"),
        ("growth", "202324", -1, ", setting: independent, to: mainstream", "setting and to are given together"),
        ("growth", "2023", -1, "", "'2023' is no academic year"),
        ("growth", "202324", -1, ", delivered: 120", "less than or equal to 100"),
        ("demand", "202324", -1, "", "Input should be 'growth'"),
    ],
)
def test_a_mitigation_changes_a_rate_by_year_and_says_of_whom(tmp_path, rate, year, change, rest, problem):
    text = SMALL.replace("milestones:", MITIGATION % (rate, year, change, rest))
    if problem is None:
        assert _read(tmp_path, text).mitigations[0].changes == {year: change}
        return
    with pytest.raises(Refusal) as refused:
        _read(tmp_path, text)
    assert problem in str(refused.value)


def test_what_the_findings_say_about_counts_is_true_of_the_entries(agreement):
    resourced = [entry for entry in agreement.milestones if entry.part_of == "resourced_provision_localities"]
    assert (len(resourced), sum(entry.places for entry in resourced), len([entry for entry in resourced if entry.site])) == (6, 150, 1)
    assert [entry.id for entry in agreement.milestones if entry.due] == ["scheme_inspire_new_build"]
    assert len(agreement.priorities) == 4
    assert next(entry for entry in agreement.kpis if entry.number == "2").trajectories == ()
    counts = [value for value, _ in _values(agreement, "ehc_plans_count").values()]
    assert counts == sorted(counts)
    shares = [value for value, _ in _values(agreement, "pupils_with_plan_percent").values()]
    assert shares == sorted(shares)


def test_there_are_four_risks_ten_recommendations_and_three_performance_indicators(agreement):
    assert Counter(risk.paragraph for risk in agreement.risks) == {"6.1": 4, "6.2 to 6.3": 1}
    assert [entry.number for entry in agreement.recommendations] == [str(n) for n in range(1, 11)]
    assert [(entry.number, entry.paragraph) for entry in agreement.kpis] == [("1", "5.3"), ("2", "5.4"), ("3", "5.5")]


def test_the_bodies_that_monitor_and_govern_are_those_that_4_1_4_2_names(agreement):
    named = {(body.name, body.role) for body in agreement.governance if body.paragraph == "4.1.4.2"}
    assert named == {
        ("Medway Education Partnership", "governs"),
        ("SEND Partnership Board", "governs"),
        ("Schools Forum", "governs"),
        ("Department for Education", "monitors"),
        ("Parent and Carer Forum Liaison Group", "monitors"),
        ("Quality Assurance and Performance Information Board", "monitors"),
        ("High Needs Block Recovery Advisory Group", "monitors"),
        ("Children and Young People Overview and Scrutiny Committee", "monitors"),
        ("Inclusive Education Oversight Group", "delivers"),
        ("SEND operational group", "delivers"),
        ("Stakeholder task and finish groups", "delivers"),
    }


def test_a_number_in_a_finding_is_a_figure_of_the_file_or_a_sum_that_was_recomputed(agreement):
    paragraphs = {part for _, entry in agreement.entries() for part in (entry.paragraph or "").split(" to ")}
    quoted = []
    for finding in agreement.findings:
        known = {round(abs(value), 6) for value in agreement.figures().values()} | {abs(check.equals) for check in finding.checks}
        words = f"{finding.text} {finding.found} {finding.consequence}"
        for number in re.findall(r"£[\d,.]*\d|[\d.]*\d(?=%)|(?<![\d.])\d+\.\d+(?![\d.]*\d)|\d{1,3}(?:,\d{3})+", words):
            if number not in paragraphs | {"8.1"}:
                quoted.append(number)
                assert float(number.strip("£").replace(",", "")) in known, f"{finding.id} quotes {number}"
    assert len(quoted) > 30


def test_what_nobody_has_verified_has_no_value(agreement):
    unverified = {entry_id for _, entry_id, _ in agreement.unverified()}
    amounts = [amount for amount in agreement.amounts if amount.id in unverified]
    assert {"dfe_contribution_agreed", "dfe_payment_schedule", "alternative_provision_cap_years", "capital_costs"} <= unverified
    assert {f"dsg_balance_{year}" for year in ("2022_23", "2023_24", "2024_25", "2025_26")} <= unverified
    assert [(amount.value, amount.kind) for amount in amounts] == [(None, "unknown")] * len(amounts)
    assert len([amount for amount in amounts if amount.unit == "£"]) == 9
    assert ("conditions", "numbered_conditions") in {(kind, entry_id) for kind, entry_id, _ in agreement.unverified()}
    assert all(row["verified"] for row in agreement.trajectory_rows())


def test_every_statement_from_the_report_names_its_paragraph(agreement):
    assert [entry.id for _, entry in agreement.entries() if entry.source == "council_report_2022_11_29" and not entry.paragraph] == []


def test_printed_actuals_count_as_published_from_the_day_of_the_report(agreement):
    rows = [row for row in agreement.trajectory_rows() if row["indicator"] == "ehc_plans_count"]
    assert [row["measure"] for row in rows] == ["published"] * 4 + ["plan"] * 4
    assert {str(row["as_at"]) for row in rows} == {"2022-11-29"}


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ('    paragraph: "5.5"', '    paragraf: "5.5"', "'trajectories → 0 → paragraf': No such key is known here"),
        ("    source: report\n    verified_by: a", "    source: rapport\n    verified_by: a", "there is no source 'rapport'"),
        ('"202223", label', '"202224", label', "'202224' is no academic year"),
        ("published_on: 2022-11-29", "published_on: null", "needs the day on which it came out"),
        ('time_period: "202223", label', "time_period: 202223, label", "valid string"),
        ("value: 47.5", "value: 147.5", "147.5 is not between 0 and 100"),
        ("value: 47.5", "value: 47.5 %", "valid number"),
        ('{time_period: "202223"', '{time_period: "202122"', "special in 202122 stands twice"),
        ("    verified_by: a second reader", "    verified_by: null", "together or not at all"),
        ("{id: sum_asked,", "{id: shares,", "the id 'shares' stands twice"),
        ("value: 17.7, unit: £m,", "value: 17.7,", "a value needs a unit"),
        ("value: 17.7, unit: £m,", 'value: 17.7, unit: "%",', "names its base"),
        ("kind: unknown,", "kind: plan,", "unknown exactly when it has no value"),
        ("unknown, verified_by: null, verified_on: null", "unknown, verified_by: x, verified_on: 2026-11-24", "which is not held"),
        ('item: "1",', 'item: "1", part_of: shares,', "'shares' is not in the list 'milestones'"),
        ('item: "1",', 'item: "1", due: Jan 2025,', "String should match pattern"),
        ("kind: request,", "kind: request, superseded_by: shares,", "not a later entry of the same list"),
        ("source: agreed, kind", "source: agreed, superseded_by: sum_asked, kind", "not a later entry of the same list"),
        ("        equals: 0.5", "        equals: 0.6", "the figures make 0.5, not 0.6"),
        ("[shares/special/202122,", "[shares/spacial/202122,", "there is no figure 'shares/spacial/202122'"),
    ],
)
def test_a_typing_error_stops_with_its_line(tmp_path, right, wrong, message):
    assert SMALL.count(right) == 1
    before, after = SMALL.split(right)
    first_line = before.count("\n") + 1
    with pytest.raises(Refusal, match=re.escape(message)) as refusal:
        _read(tmp_path, before + wrong + after)
    line = int(re.search(r"agreement\.yaml, line (\d+):", str(refusal.value))[1])
    assert line == first_line


def test_an_earlier_entry_stays_and_only_the_later_one_waits_for_a_reader(tmp_path):
    agreement = _read(tmp_path, SMALL.replace("kind: request,", "kind: request, superseded_by: sum_agreed,"))
    assert [amount.id for amount in agreement.amounts] == ["sum_asked", "sum_agreed"]
    assert [entry_id for kind, entry_id, _ in agreement.unverified() if kind == "amounts"] == ["sum_agreed"]


def test_an_unverified_figure_is_listed_and_marked_in_its_rows(tmp_path):
    text = SMALL.replace("verified_by: a second reader\n    verified_on: 2026-11-24", "verified_by: null\n    verified_on: null")
    agreement = _read(tmp_path, text)
    assert ("trajectories", "shares", "Shares of all plans.") in agreement.unverified()
    assert [row["verified"] for row in agreement.trajectory_rows()] == [False, False]


def test_what_was_said_later_is_not_known_before_its_day(repository):
    agreement = read_agreement(repository / "data/authorities/medway/agreement.yaml")
    later = agreement.sources[0].model_copy(update={"id": "later_paper", "published_on": date(2026, 6, 20)})
    first = agreement.amounts[0]
    newer = first.model_copy(update={"id": "newer_amount", "source": "later_paper", "value": 1.0})
    older = first.model_copy(update={"superseded_by": "newer_amount"})
    changed = agreement.model_copy(update={"sources": [*agreement.sources, later], "amounts": [older, newer]})
    before, after = changed.known_on(date(2026, 6, 19)), changed.known_on(date(2026, 6, 20))
    assert [(entry.id, entry.superseded_by) for entry in before.amounts] == [(first.id, None)]
    assert [(entry.id, entry.superseded_by) for entry in after.amounts] == [(first.id, "newer_amount"), ("newer_amount", None)]
