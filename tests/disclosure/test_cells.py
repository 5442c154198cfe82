"""The council's own figures as one problem: what a reader can add up is declared, and what tells of a hidden count is hidden with it."""

import pandas as pd
import pytest

from svip_lib.config.authority import Merge
from svip_lib.config.project import Project
from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import FOLLOWS, NOBODY, SUMS, read_dictionary
from svip_lib.config.result import COLUMNS
from svip_lib.disclosure.cells import Cells, alone, as_problem, following, merged, printed, rounded, withhold, withhold_following
from svip_lib.disclosure.gate import Proof
from svip_lib.disclosure.protect import protect
from svip_lib.figures import Figures, compute_figures
from tests.disclosure.attack import attack, links_from_labels
from tests.disclosure.tables import TOTAL
from tests.drawn import NOTHING_PUBLISHED

Q3, Q4 = "202526Q3", "202526Q4"
INC, EXC = "plans_20_weeks_quarter_percent_inc_exceptions", "plans_20_weeks_quarter_percent_exc_exceptions"
SIX_WEEKS = "ehc_decisions_6_weeks_quarter_percent"


def row(indicator, value, category="", period=Q4, whole=None, breakdown="source"):
    """A figure of invented children: a number, or a part and its whole."""
    told = dict.fromkeys(COLUMNS, "") | {"indicator": indicator, "category": category, "time_period": period, "breakdown": breakdown}
    told |= {"origin": "synthetic", "measure": "actual", "numerator": value}
    if whole is None:
        return told | {"value": value, "denominator": float("nan")}
    return told | {"value": 100 * value / whole, "denominator": whole}


def figures(*rows):
    return pd.DataFrame(rows)[COLUMNS].astype({"numerator": float, "denominator": float, "value": float})


def by_source(*counts, period=Q4):
    names = ["School", "Parent or young person", "Social care", "Health"]
    rows = [row("ehc_requests_by_source_quarter_count", count, name, period) for name, count in zip(names, counts, strict=True)]
    return [row("ehc_requests_quarter_count", sum(counts), period=period, breakdown=""), *rows]


def released(rows, register=NOTHING_PUBLISHED, thresholds=None):
    cells = as_problem(rows, thresholds or {"": 5}, register)
    protection = protect(cells.problem)
    return withhold(rows, cells, protection.hidden), Proof(cells, protection, thresholds or {"": 5})


def marks(rows):
    return [mark or f"{value:.0f}" for value, mark in zip(rows["value"], rows["shorthand"], strict=True)]


def test_a_small_count_and_one_beside_it_are_withheld_and_the_whole_stays_exact():
    rows, proof = released(figures(*by_source(140, 88, 7, 2)))
    assert marks(rows) == ["237", "140", "88", "c", "c"]
    assert proof.failures(rows) == []


def test_noughts_are_printed_and_nothing_is_withheld_where_nothing_is_small():
    assert marks(released(figures(*by_source(140, 88, 7, 0)))[0]) == ["235", "140", "88", "7", "0"]


def test_a_delicate_breakdown_has_a_threshold_of_its_own():
    rows, _ = released(figures(*by_source(140, 88, 30, 9)), thresholds={"": 5, "source": 10})
    assert marks(rows)[-1] == "c"


def test_what_is_left_of_a_share_by_category_is_its_own_category_s():
    told = [row("drawn_percent", part, name, whole=whole) for name, part, whole in (("a", 40, 60), ("b", 40, 90), ("c", 40, 42))]
    rows, proof = released(figures(*told))
    assert marks(rows) == ["67", "44", "c"]
    assert proof.failures(rows) == []


def test_a_share_is_withheld_with_its_part_and_where_only_what_is_left_is_small():
    few, all_but_few = figures(row(SIX_WEEKS, 2, whole=50)), figures(row(SIX_WEEKS, 48, whole=50))
    for told in (few, all_but_few):
        rows, proof = released(told)
        assert rows["shorthand"].to_list() == ["c"]
        assert rows["numerator"].isna().all() or rows["denominator"].isna().all()
        assert proof.failures(rows) == []


def test_a_count_that_follows_from_two_shares_is_not_left_to_be_worked_out():
    told = figures(row(EXC, 47, whole=243), row(INC, 49, whole=260), row("new_ehc_plans_quarter_count", 260))
    rows, proof = released(told)
    assert (rows["shorthand"] == "c").any()
    assert proof.failures(rows) == []
    assert proof.failures(told) != []


def test_the_same_number_in_two_tables_is_one_cell():
    step = "ehc_plans_stock_flow_quarter_count"
    told = {"opening": 100, "new": 3, "transferred_in": 10, "ceased": 9, "expected": 104, "closing": 104, "residual": 0}
    stock = [row("ehc_plans_quarter_count", 100, period=Q3), row("ehc_plans_quarter_count", 104)]
    flows = [row("new_ehc_plans_quarter_count", 3), row("ceased_ehc_plans_quarter_count", 9)]
    rows, proof = released(figures(*stock, *flows, *(row(step, count, name) for name, count in told.items())))
    shown = rows.assign(mark=marks(rows)).set_index(["indicator", "category", "time_period"])["mark"]
    assert shown["new_ehc_plans_quarter_count", "", Q4] == shown[step, "new", Q4] == "c"
    assert shown[step, "opening", Q4] == shown["ehc_plans_quarter_count", "", Q3]
    assert proof.failures(rows) == []


def test_a_difference_is_printed_only_where_both_its_terms_are():
    step = "ehc_plans_stock_flow_quarter_count"
    told = {"opening": 3, "new": 0, "transferred_in": 0, "ceased": 0, "expected": 3, "closing": 2, "residual": -1}
    rest = [row("ehc_plans_quarter_count", 2), row("new_ehc_plans_quarter_count", 0), row("ceased_ehc_plans_quarter_count", 0)]
    rows = figures(*rest, *(row(step, count, name) for name, count in told.items()))
    cells = as_problem(rows, {"": 5}, NOTHING_PUBLISHED)
    hidden = pd.Series(cells.problem.secret, index=cells.problem.cells.index)
    assert withhold(rows, cells, hidden).set_index("category").loc["residual", "shorthand"] == "c"


def test_what_was_withheld_before_stays_withheld_and_what_was_printed_is_no_secret_any_more():
    keys = [f"ehc_requests_by_source_quarter_count[{name}]@{Q4}" for name in ("School", "Health")]
    register = pd.DataFrame({"value": pd.array([pd.NA, 2], dtype="Int64")}, index=keys)
    rows, proof = released(figures(*by_source(140, 88, 7, 2)), register)
    shown = dict(zip(rows["category"], marks(rows), strict=True))
    assert shown["School"] == "c"
    assert shown["Health"] == "2"
    assert proof.failures(rows) == []


def test_a_printed_secret_and_a_value_beside_a_withheld_one_are_both_told():
    told = figures(*by_source(140, 88, 7, 2))
    rows, proof = released(told)
    for line in rows.index[rows["shorthand"] == "c"]:
        tampered = rows.copy()
        tampered.loc[line, ["numerator", "value"]] = told.loc[line, ["numerator", "value"]]
        assert proof.failures(tampered)
    shares, proof = released(figures(row(SIX_WEEKS, 2, whole=50)))
    assert proof.failures(shares.assign(value=4.0))


def test_published_figures_stay_outside_the_problem():
    told = figures(*by_source(140, 88, 7, 2)).assign(origin="published")
    rows = pd.concat([told, figures(*by_source(50, 40, 8, 0))], ignore_index=True)
    assert marks(released(rows)[0])[:5] == ["237", "140", "88", "7", "2"]


def test_a_sum_that_does_not_hold_or_names_what_there_is_not_stops():
    with pytest.raises(Refusal, match="does not add up"):
        released(figures(*by_source(140, 88, 7, 2)[1:], row("ehc_requests_quarter_count", 200, breakdown="")))
    with pytest.raises(Refusal, match="which there is not"):
        released(figures(*by_source(140, 88, 7, 2)[1:]))


def undecided(period, requests, told, waiting):
    """What a quarter prints of requests, and of decisions on them."""
    outcomes = {"assess": 50, "refuse": requests - 50 - waiting - 2, "awaiting": waiting, "withdrawn": 2}
    rows = [row("ehc_requests_quarter_count", requests, period=period), row(SIX_WEEKS, told - 20, period=period, whole=told)]
    rows += [row("ehc_requests_by_outcome_quarter_count", count, name, period) for name, count in outcomes.items()]
    stages = {"decision_in_6_weeks": waiting, "decision_over_6_weeks": 30, "assessment_in_20_weeks": 99}
    return [*rows, *(row("open_cases_by_stage_count", count, name, period) for name, count in stages.items())]


def test_withdrawn_requests_do_not_follow_from_the_flow_of_undecided_ones(repository):
    """Undecided before + received - told - undecided now = withdrawn: all four are printed, or one of them is withheld too."""
    told = figures(*undecided(Q3, 200, 190, 80), *undecided(Q4, 150, 158, 70))  # 80 + 30 + 150 - 158 - 70 - 30 = 2
    rows, proof = released(told)
    shown = rows.assign(mark=marks(rows)).set_index(["indicator", "category", "time_period"])["mark"]
    assert shown["ehc_requests_by_outcome_quarter_count", "withdrawn", Q4] == "c"
    assert shown["ehc_requests_quarter_count", "", Q4] == "150"
    flow = [(SIX_WEEKS, "", Q4)] + [
        ("open_cases_by_stage_count", f"decision_{age}_6_weeks", when) for age in ("in", "over") for when in (Q3, Q4)
    ]
    assert "c" in {shown[place] for place in flow}
    assert proof.failures(rows) == []


def test_a_small_count_is_not_withheld_alone_and_a_published_number_is_no_secret():
    names = ["ehc_plans_january_council_count"] * 3
    rows = figures(*(row(name, count, kind, "202526") for name, count, kind in zip(names, (900, 24, 3), "abc", strict=True)))
    published = pd.DataFrame({"number": ["b", "c"], "value": [22.0, 3.0], "key": [f"{names[0]}[{kind}]@202526" for kind in "bc"]})
    cells = as_problem(rows, {"": 5}, NOTHING_PUBLISHED)
    hidden = protect(cells.problem).hidden
    assert alone(cells, hidden) == {f"{names[0]}[b]@202526"}
    assert not protect(as_problem(rows, {"": 5}, NOTHING_PUBLISHED, published).problem).hidden.any()
    before = pd.DataFrame({"value": pd.array([pd.NA], dtype="Int64")}, index=[f"{names[0]}[c]@202526"])
    assert protect(as_problem(rows, {"": 5}, before, published).problem).hidden.sum() == 1


@pytest.fixture(scope="module")
def shipped(repository, tmp_path_factory) -> Figures:
    """The figures of the shipped sample, computed once; what the check writes goes elsewhere."""
    project = Project(tmp_path_factory.mktemp("elsewhere"), repository / "data")
    return compute_figures(project, "medway", project.quarter("medway"))


@pytest.fixture(scope="module")
def proof(shipped) -> Proof:
    return released(shipped.rows)[1]


class TestThePackOfTheShippedSample:
    """Seven linked quarters of some twenty tables, attacked by their printed labels and by what declared sums add to them."""

    def by_label(self, rows, repository):
        """The tables as a reader has them: by quarter and category, with the whole where the pack prints one."""
        dictionary = read_dictionary(repository / "data" / "dictionary")
        own = rows[(rows["origin"] == "synthetic") & (rows["time_identifier"] == "Financial quarter")]
        tables = []
        for name, texts in SUMS.items():
            whole = next((text.split(" = ")[0] for text in texts if text.endswith("= [*]")), None)
            for period, told in own[own["indicator"] == name].groupby("time_period"):
                if whole is None:
                    continue
                parts = told.set_index("category")["value"]
                name_of_whole, _, column = whole.partition(".")
                total = own[(own["indicator"] == name_of_whole) & (own["time_period"] == period)][column or "value"].iloc[0]
                table = pd.concat([parts, pd.Series({TOTAL: total})]).astype("Int64").rename_axis(dictionary[name].filter_grouping_column)
                tables.append((f"{whole} {period}", table.to_frame(TOTAL).rename_axis(columns="all")))
        return tables

    def public(self, shipped, proof):
        """The figures as the public edition tells them."""
        rows = withhold(shipped.rows, proof.cells, proof.protection.hidden)
        return withhold_following(rows, following(rows, proof.thresholds))

    def found(self, rows, proof, repository):
        """What a reader finds out: the sums of the labels, and beside them those that only the indicators know."""
        values, links = links_from_labels(self.by_label(rows, repository))
        result = attack(values, links)
        declared, _ = printed(rows, proof.cells)
        problem = proof.cells.problem
        matrix = problem.links.tocoo()
        known = pd.DataFrame({"link": matrix.row, "key": problem.cells.index[matrix.col], "sign": matrix.data})
        virtual = pd.Series(pd.NA, index=problem.cells.index[problem.cells["state"] == "virtual"], dtype="Int64")
        facts = problem.cells[(problem.cells["state"] == "known") & ~problem.cells.index.isin(declared.index)]["count"].astype("Int64")
        both = attack(pd.concat([declared, virtual, facts]), known, threshold=problem.cells["threshold"], least=0)
        secret = problem.cells.index[problem.secret]
        return int(result["under"].sum()), int(both.loc[both.index.isin(secret), "under"].sum())

    def test_nothing_is_found_out_of_the_public_edition(self, shipped, proof, repository):
        rows = self.public(shipped, proof)
        assert proof.failures(rows) == []
        assert self.found(rows, proof, repository) == (0, 0)

    def test_the_same_attack_finds_much_where_only_small_counts_are_withheld(self, shipped, proof, repository):
        small = pd.Series(proof.cells.problem.secret, index=proof.cells.problem.cells.index)
        rows = withhold(shipped.rows, proof.cells, small)
        by_label, by_sum = self.found(rows, proof, repository)
        assert by_label > 0
        assert by_sum > 0
        assert proof.failures(rows) != []

    def test_every_withheld_figure_that_is_shown_again_is_noticed(self, shipped, proof):
        rows = self.public(shipped, proof)
        cells: Cells = proof.cells
        hidden = cells.told[cells.told["key"].map(proof.protection.hidden) & (cells.told["column"] == "value")]
        assert len(hidden) > 20
        for line in hidden["row"]:
            tampered = rows.copy()
            tampered.loc[line, ["numerator", "value"]] = shipped.rows.loc[line, ["numerator", "value"]]
            assert proof.failures(tampered)


def test_categories_that_are_told_as_one_are_added_up_and_every_sum_still_holds():
    merge = Merge(breakdown="source", categories=["Social care", "Health"], into="Other", owner=None, reason="Too few to be told apart.")
    rows, proof = released(merged(figures(*by_source(140, 88, 3, 4)), [merge]))
    shown = dict(zip(rows["category"], marks(rows), strict=True))
    assert shown == {"": "235", "School": "140", "Parent or young person": "88", "Other": "7"}
    assert proof.failures(rows) == []


def test_indicators_can_be_rounded_to_fives_together_and_never_beside_an_exact_figure_that_they_add_to():
    names = ["ehc_requests_quarter_count", "ehc_requests_by_source_quarter_count"]
    rows = rounded(figures(*by_source(141, 88, 3, 2)), names, {"": 5})
    assert (rows["value"] % 5 == 0).all()
    assert rows["value"].iloc[0] == rows["value"].iloc[1:].sum()
    assert (rows["value"] == rows["numerator"]).all()
    with pytest.raises(Refusal, match="tell both in the same way"):
        rounded(figures(*by_source(141, 88, 3, 2)), names[1:], {"": 5})
    with pytest.raises(Refusal, match="is a share"):
        rounded(figures(row(SIX_WEEKS, 2, whole=50)), [SIX_WEEKS], {"": 5})


@pytest.mark.parametrize(
    "text", ["ehc_requests_quarter_count = [*", "ehc_requests_quarter_count=[*]", "a = b = c", "= [*]", "whole == [*]"]
)
def test_a_sum_that_cannot_be_read_stops_and_is_not_passed_over(monkeypatch, text):
    monkeypatch.setitem(SUMS, "ehc_requests_by_source_quarter_count", (text,))
    with pytest.raises(Refusal, match="ehc_requests_by_source_quarter_count cannot be read"):
        released(figures(*by_source(140, 88, 7, 2)))


COSTS = "placements_cost_gbp"


def costs(monkeypatch, *amounts, follows="ehc_requests_by_source_quarter_count"):
    monkeypatch.setitem(FOLLOWS, COSTS, follows)
    names = ["School", "Parent or young person", "Social care", "Health"]
    return [row(COSTS, amount, name) for name, amount in zip(names, amounts, strict=True)]


def test_money_is_no_count_and_is_withheld_wherever_the_number_of_children_it_pays_for_is(monkeypatch):
    rows = figures(*by_source(140, 88, 7, 2), *costs(monkeypatch, 900.5, 500.25, 90, 31))
    withheld, _ = released(rows)
    assert following(withheld, {"": 5})[rows["indicator"] == COSTS].tolist() == [False, False, True, True]


def test_money_of_few_children_is_withheld_even_where_their_number_is_already_published(monkeypatch):
    rows = figures(*by_source(140, 88, 7, 2), *costs(monkeypatch, 900, 500, 90, 31))
    assert following(rows, {"": 5})[rows["indicator"] == COSTS].tolist() == [False, False, False, True]
    assert not following(rows, {"": 2}).any()


def test_money_about_no_child_is_printed_as_it_is(monkeypatch):
    rows = figures(*by_source(140, 88, 7, 2), *costs(monkeypatch, 900, 500, 90, 31, follows=NOBODY))
    assert not following(rows, {"": 5}).any()


def test_money_that_follows_a_count_which_there_is_not_stops_the_run(monkeypatch):
    rows = figures(*by_source(140, 88, 7, 2), *costs(monkeypatch, 900, 500, 90, 31, follows="ehc_plans_by_need_quarter_count"))
    with pytest.raises(Refusal, match="which there is not"):
        following(rows, {"": 5})


def test_a_release_that_prints_the_money_of_a_withheld_number_is_not_proven(monkeypatch):
    rows = figures(*by_source(140, 88, 7, 2), *costs(monkeypatch, 900, 500, 90, 31))
    withheld, proof = released(rows)
    assert proof.failures(withheld) == [f"'{COSTS}' tells of children whose number is withheld."]


def test_figures_without_categories_have_no_table_in_which_one_could_stand_alone():
    cells = as_problem(figures(row("ehc_requests_quarter_count", 237, breakdown="")), {"": 5}, NOTHING_PUBLISHED)
    assert alone(cells, protect(cells.problem).hidden) == set()
