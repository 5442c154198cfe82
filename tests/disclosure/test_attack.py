"""The reader who does every sum finds what is to be found, from the labels of the printed tables alone."""

import pandas as pd
import pytest

from svip_lib.config.refusal import Refusal
from svip_lib.disclosure.problem import build_problem
from svip_lib.disclosure.protect import protect
from tests.disclosure.attack import attack, links_from_labels
from tests.disclosure.tables import as_printed, cross_table, declare, drawn, hide_small, invented_quarters, problem_of, release, tidy

NEED_BY_AGE = drawn([[3, 10], [12, 20]], "need", "age")


def printed(table, *hidden):
    """A table with [c] in some places."""
    table = table.astype("Int64")
    for row, column in hidden:
        table.loc[row, column] = pd.NA
    return table


def test_a_single_hidden_cell_is_the_total_less_the_others():
    found = attack(*links_from_labels([("plans", printed(NEED_BY_AGE, ("0", "0")))]))
    assert found.loc["plans; age=0; need=0"].tolist() == [3, 3, True, True]


def test_two_hidden_in_a_line_are_bounded_by_what_is_left_of_it():
    """13 in the row, nothing shown of it, but the columns leave 3 and 10."""
    found = attack(*links_from_labels([("plans", printed(NEED_BY_AGE, ("0", "0"), ("0", "1")))]))
    assert found["low"].tolist() == [3, 10]
    assert found["exact"].all()
    assert found["under"].tolist() == [True, False]


def test_three_in_a_line_of_six_are_known_to_be_small_though_none_is_known():
    """Each stands for 1 at least, so none for more than 4: unless [c] could be 0."""
    line = pd.DataFrame({"Total": [pd.NA, pd.NA, pd.NA, 6]}, index=["a", "b", "c", "Total"]).rename_axis(index="need", columns="breakdown")
    values, links = links_from_labels([("plans", line)])
    found = attack(values, links)
    assert found[["low", "high"]].drop_duplicates().to_numpy().tolist() == [[1, 4]]
    assert found["under"].all() and not found["exact"].any()
    assert not attack(values, links, least=0)["under"].any()


def test_the_same_labels_in_two_tables_are_one_figure_and_the_open_one_gives_the_other_away():
    need_by_sex = drawn([[6, 7], [15, 17]], "need", "sex")
    hidden = printed(NEED_BY_AGE, ("0", "0"), ("0", "1"), ("0", "Total"), ("1", "0"), ("1", "1"), ("1", "Total"))
    alone = attack(*links_from_labels([("plans", hidden)]))
    both = attack(*links_from_labels([("plans", hidden), ("plans", need_by_sex)]))
    assert "plans; need=0" in alone.index and "plans; need=0" not in both.index
    other = attack(*links_from_labels([("plans", hidden), ("other plans", need_by_sex)]))
    assert "plans; need=0" in other.index


def test_a_table_on_its_side_is_the_same_table():
    values, links = links_from_labels([("plans", NEED_BY_AGE)])
    turned, turned_links = links_from_labels([("plans", NEED_BY_AGE.T)])
    pd.testing.assert_series_equal(values, turned)
    assert len(links) == len(turned_links) == 18


def test_sub_totals_are_summed_at_both_levels():
    columns = pd.MultiIndex.from_tuples(
        [("s", "x"), ("s", "y"), ("s", "Total"), ("m", "Total"), ("Total", "Total")], names=["group", "kind"]
    )
    table = pd.DataFrame([[2, 9, 11, 20, 31]], index=pd.Index(["Total"], name="need"), columns=columns)
    _, links = links_from_labels([("plans", table)])
    found = links.groupby("link")["key"].agg(sorted).tolist()
    assert found == [
        ["plans", "plans; group=m", "plans; group=s"],
        ["plans; group=s", "plans; group=s; kind=x", "plans; group=s; kind=y"],
    ]


def test_labels_lead_to_the_sums_that_were_declared():
    problem = problem_of([("plans", NEED_BY_AGE)])
    _, links = links_from_labels([("plans", NEED_BY_AGE)])
    again = links.groupby("link").agg(tuple)
    found = {frozenset(zip(line.key, line.sign, strict=True)) for line in again.itertuples()}
    declared = problem.links.tocoo()
    members = pd.DataFrame({"row": declared.row, "key": problem.cells.index[declared.col], "sign": declared.data})
    assert found == {frozenset(zip(line["key"], line["sign"], strict=True)) for _, line in members.groupby("row")}


def test_two_values_for_one_figure_stop_with_its_labels():
    with pytest.raises(Refusal, match="'plans; need=0' is printed with two values"):
        links_from_labels([("plans", NEED_BY_AGE), ("plans", drawn([[6, 8], [15, 16]], "need", "sex"))])


def test_a_level_without_a_name_stops():
    with pytest.raises(Refusal, match=r"Table 1 \('plans'\) has a level of labels without a name"):
        links_from_labels([("plans", NEED_BY_AGE.rename_axis(index=None))])


@pytest.mark.parametrize("hidden", [[], [("0", "0"), ("0", "1")]])
def test_figures_that_contradict_one_another_stop(hidden):
    table = NEED_BY_AGE.copy()
    table.loc["Total", "0"] = 99
    with pytest.raises(Refusal, match="contradict one another"):
        attack(*links_from_labels([("plans", printed(table, *hidden))]))


def test_a_threshold_of_ten_is_asked_of_the_cells_that_have_it():
    table = printed(drawn([[8, 10], [12, 20]]), ("0", "0"))
    values, links = links_from_labels([("plans", table)])
    assert not attack(values, links)["under"].any()
    assert attack(values, links, threshold=pd.Series({"plans; column=0; row=0": 10}))["under"].all()


def test_what_no_sum_ties_down_may_be_anything():
    values = pd.Series({"a": pd.NA}, dtype="Int64")
    _, links = links_from_labels([("plans", NEED_BY_AGE)])
    found = attack(pd.concat([values, links_from_labels([("plans", NEED_BY_AGE)])[0]]), links)
    assert found.loc["a", "low"] == 1 and found.loc["a", "high"] == float("inf")


def test_a_release_read_back_from_its_file_gives_nothing_away(tmp_path):
    table = drawn([[3, 10, 2, 40], [12, 20, 9, 1], [8, 4, 30, 6]])
    problem = problem_of([("plans", table)])
    (_, shown), *_ = as_printed([("plans", table)], release(problem, protect(problem)))
    shown.astype("str").fillna("c").to_csv(tmp_path / "plans.csv")
    again = pd.read_csv(tmp_path / "plans.csv", dtype="str", index_col=0).rename_axis(columns="column").replace("c", pd.NA).astype("Int64")
    assert again.isna().sum().sum() > problem.secret.sum()
    assert not attack(*links_from_labels([("plans", again)]))["under"].any()


def test_a_sum_that_was_not_declared_shows():
    """Half of the sums forgotten: the proof of the other half holds, and the reader of the table does not need it."""
    [(of, table), *_], *_ = invented_quarters(seed=5, quarters=1)
    rows, levels = tidy(table)
    cells, links = declare(of, rows, levels, "plans")
    whole = build_problem(cells, links)
    half = build_problem(
        cells, cross_table(rows.assign(key=cells["key"]), levels, "plans")[lambda sums: sums["link"].str.contains("by need")]
    )
    for problem, given_away in ((whole, False), (half, True)):
        found = attack(*links_from_labels(as_printed([(of, table)], release(problem, protect(problem)))))
        assert found["under"].any() == given_away
    assert attack(*links_from_labels(as_printed([(of, table)], hide_small(whole))))["exact"].any()
