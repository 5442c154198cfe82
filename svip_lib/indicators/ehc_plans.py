"""Plans and requests: how many there are, where they come from, and whether stock and flow agree."""

import numpy as np
import pandas as pd

from svip_lib.config.periods import CALENDAR, academic_year_of_january
from svip_lib.config.registry import NOBODY, indicator
from svip_lib.indicators.census import transfers_in
from svip_lib.indicators.council import KEY, Council, last_days
from svip_lib.indicators.shape import by_category, count, percent, published_value, wide, with_previous

NEEDS = ("asd", "slcn", "semh", "mld", "sld", "spld", "pd", "oth", "hi", "vi", "pmld", "msi", "need_unknown")
SOURCES = {"2": "School", "1": "Parent or young person", "4": "Social care", "3": "Health", "5": "Other", "": "Not known"}
OUTCOMES = {"Y": "assess", "H": "assess", "N": "refuse", "A": "awaiting", "W": "withdrawn"}
AGE_GROUPS = ["under_5", "5_to_10", "11_to_15", "16_to_19", "20_to_25"]
SIX_WEEKS, TWELVE_WEEKS, TWENTY_WEEKS, YEAR_OF_DAYS = 42, 84, 140, 365
DECISION_TIMES = ["in_6_weeks", "6_to_12_weeks", "12_to_20_weeks", "over_20_weeks"]
# As DfE's file names them; the council's own reasons are told in four groups, because few plans end in a quarter.
CEASE_REASONS = ["max_age", "needs_met", "he", "employ", "transfer", "no_engage", "moved_outside_eng", "deceased", "not_rec", "other"]
FEWEST_ENDED = 20
REASON_GROUPS = {"completed": ["1", "2", "3", "4"], "no_longer_engages": ["6"], "moved_away": ["5", "7"]}
FEWEST_PUPILS = 10_000  # a tenth of a per cent of fewer is fewer than ten pupils
SEXES = ["female", "male", "sex_unknown"]
ETHNIC_GROUPS = {
    "white": ["WBRI", "WIRI", "WIRT", "WROM", "WOTH"],
    "mixed": ["MWBC", "MWBA", "MWAS", "MOTH"],
    "asian": ["AIND", "APKN", "ABAN", "AOTH", "CHNE"],
    "black": ["BCRB", "BAFR", "BOTH"],
    "other_ethnic_group": ["OOTH"],
}
STAGES = ["decision_in_6_weeks", "decision_over_6_weeks"] + [f"assessment_{age}" for age in ("in_20_weeks", "over_20_weeks", "over_1_year")]
STEPS = ["opening", "new", "ceased", "expected", "closing", "residual"]


@indicator
def ehc_plans_count(plans: pd.DataFrame) -> pd.DataFrame:
    """Number of children and young people with an education, health and care plan on census day in January.

    Args:
        plans: Published rows of the January plans, with the measure ``ehcplans``.

    Returns:
        One row per area and January: ``value`` (plans).

    Example:
        >>> from svip_lib.indicators.shape import published_rows
        >>> plans = published_rows("E06000035", "202526", "Academic year", ehcplans=4287)
        >>> ehc_plans_count(plans)["value"].to_list()
        [4287.0]

    Source: SEN2 return, all plans maintained by the authority. Official equivalent: ``ehcplans``, the same.
    """
    return count(wide(plans, "ehcplans"), "ehcplans")


@indicator
def ehc_plans_growth_percent(plans: pd.DataFrame) -> pd.DataFrame:
    """Change in the number of plans since the January before, in per cent of that January's plans.

    Args:
        plans: Published rows of the January plans, with the measure ``ehcplans``.

    Returns:
        One row per area and January that has a January before it: ``numerator`` (plans more or fewer),
        ``denominator`` (plans in the January before) and ``value`` (per cent, below 0 for a fall).

    Source: as ``ehc_plans_count``. Official equivalent: none in the files.
    """
    table = with_previous(wide(plans, "ehcplans"), "ehcplans")
    table["change"] = table["ehcplans"] - table["previous"]
    return percent(table[table["previous"].notna()], "change", "previous")


@indicator
def pupils_with_plan_percent(pupil_share: pd.DataFrame) -> pd.DataFrame:
    """Share of pupils in the area's schools who have a plan, in per cent, as DfE publishes it.

    Args:
        pupil_share: Published rows with the measure ``pupils_with_plan_pc``.

    Returns:
        One row per area and January: ``value`` (per cent), as published; the numbers behind it are not in our files.

    Source: school census, by where the school stands. It counts other children than ``ehc_plans_count`` does: pupils of
        the area's schools, whichever council maintains the plan. Official equivalent: this is it.
    """
    return published_value(wide(pupil_share, "pupils_with_plan_pc"), "pupils_with_plan_pc")


@indicator
def ehc_requests_count(requests: pd.DataFrame) -> pd.DataFrame:
    """Number of requests for an assessment that the authority received in the calendar year.

    Args:
        requests: Published rows with the measure ``requests_received_in_year``.

    Returns:
        One row per area and year: ``value`` (requests).

    Source: SEN2 return. Official equivalent: ``requests_received_in_year``, the same. The collection changed in 2023.
    """
    return count(wide(requests, "requests_received_in_year"), "requests_received_in_year")


@indicator
def ehc_requests_by_source_count(requests_by_source: pd.DataFrame) -> pd.DataFrame:
    """Number of requests received in the calendar year, by who asked.

    Args:
        requests_by_source: Published rows by source with the measure ``requests_received_in_year``.

    Returns:
        One row per area, year and source: ``value`` (requests).

    Source: SEN2 return, from 2025. Official equivalent: the same.
    """
    return count(wide(requests_by_source, "requests_received_in_year"), "requests_received_in_year")


@indicator
def ehc_requests_refused_percent(requests: pd.DataFrame) -> pd.DataFrame:
    """Share of the year's requests that the authority decided not to assess, in per cent of requests received.

    Args:
        requests: Published rows with ``requests_decided_not_to_assess`` and ``requests_received_in_year``.

    Returns:
        One row per area and year: ``numerator`` (refused), ``denominator`` (requests) and ``value`` (per cent). Read it
        beside ``ehc_requests_outstanding_percent``: it falls when many requests wait for a decision.

    Source: SEN2 return; SEND Regulations 2014, regulation 5. Official equivalent: ``request_not_assess_pc``, from 2023.
    """
    table = wide(requests, "requests_decided_not_to_assess", "requests_received_in_year")
    return percent(table, "requests_decided_not_to_assess", "requests_received_in_year")


@indicator
def ehc_requests_outstanding_percent(requests: pd.DataFrame) -> pd.DataFrame:
    """Share of the year's requests that had no decision when the return was made, in per cent of requests received.

    Args:
        requests: Published rows with ``requests_decision_not_made`` and ``requests_received_in_year``.

    Returns:
        One row per area and year: ``numerator`` (without a decision), ``denominator`` (requests) and ``value`` (per cent).

    Source: SEN2 return, from 2023. Official equivalent: ``request_outstanding_pc``.
    """
    table = wide(requests, "requests_decision_not_made", "requests_received_in_year")
    return percent(table, "requests_decision_not_made", "requests_received_in_year")


@indicator
def new_ehc_plans_count(new_plans: pd.DataFrame) -> pd.DataFrame:
    """Number of plans that were made for the first time in the calendar year.

    Args:
        new_plans: Published rows with the measure ``new_ehc_plans``.

    Returns:
        One row per area and year: ``value`` (plans).

    Source: SEN2 return. Official equivalent: ``new_ehc_plans``, the same where the file is sound.
    """
    return count(wide(new_plans, "new_ehc_plans"), "new_ehc_plans")


@indicator
def ceased_ehc_plans_count(ceased_plans: pd.DataFrame) -> pd.DataFrame:
    """Number of plans that ended in the calendar year.

    Args:
        ceased_plans: Published rows with the measure ``total_ceased``.

    Returns:
        One row per area and year: ``value`` (plans).

    Source: SEN2 return, from 2022. Official equivalent: ``total_ceased``, the same.
    """
    return count(wide(ceased_plans, "total_ceased"), "total_ceased")


@indicator
def ceased_ehc_plans_by_reason_count(ceased_plans: pd.DataFrame) -> pd.DataFrame:
    """Number of plans that ended in the calendar year, by the reason that was recorded.

    Args:
        ceased_plans: Published rows with a measure for each reason.

    Returns:
        One row per area, year and reason: ``value`` (plans).

    Source: SEN2 return, from 2022. Official equivalent: the same columns.
    """
    return count(by_category(wide(ceased_plans, *CEASE_REASONS), CEASE_REASONS, "cease_reason"), "number")


def _stock_and_flow(plans: pd.DataFrame, new_plans: pd.DataFrame, ceased_plans: pd.DataFrame) -> pd.DataFrame:
    """Each calendar year's opening and closing January with what was started and ended between them.

    Plans that move in from another council are in neither flow, so a small positive residual is ordinary; a negative one
    or a large one says that stock and flow do not describe the same plans.
    """
    stock = wide(plans, "ehcplans")[["area", "time_period", "ehcplans", "source_id", "as_at"]]
    new = wide(new_plans, "new_ehc_plans")[["area", "time_period", "new_ehc_plans", "as_at"]]
    ceased = wide(ceased_plans, "total_ceased")[["area", "time_period", "total_ceased", "as_at"]]
    table = new.merge(ceased, on=["area", "time_period"], how="inner", suffixes=("", "_ceased"), validate="one_to_one")
    table = table.rename(columns={"new_ehc_plans": "new", "total_ceased": "ceased"})
    year = table["time_period"].astype(int)
    for name, january in (("opening", year), ("closing", year + 1)):
        side = stock.rename(
            columns={"ehcplans": name, "time_period": f"{name}_period", "as_at": f"as_at_{name}", "source_id": f"source_{name}"}
        )
        table[f"{name}_period"] = january.map(academic_year_of_january).astype(stock["time_period"].dtype)
        table = table.merge(side, on=["area", f"{name}_period"], how="inner", validate="one_to_one")
    table["as_at"] = table[["as_at", "as_at_ceased", "as_at_opening", "as_at_closing"]].max(axis=1)
    table["expected"] = table["opening"] + table["new"] - table["ceased"]
    table["residual"] = table["closing"] - table["expected"]
    complete = table["residual"].notna()
    return table[complete].assign(time_identifier=CALENDAR, breakdown="", category="", shorthand="", source_id=table["source_closing"])


@indicator
def ehc_plans_stock_flow_count(plans: pd.DataFrame, new_plans: pd.DataFrame, ceased_plans: pd.DataFrame) -> pd.DataFrame:
    """How far the plans at one January, with those started and ended since, explain the plans at the next (plans).

    Args:
        plans: Published rows of the January plans, with ``ehcplans``.
        new_plans: Published rows with ``new_ehc_plans``.
        ceased_plans: Published rows with ``total_ceased``.

    Returns:
        One row per area, calendar year and step (``opening``, ``new``, ``ceased``, ``expected``, ``closing``, ``residual``):
        ``value`` (plans). Expected = opening + new - ceased; residual = closing - expected. Only years with all four.

    Source: SEN2 return. Official equivalent: none; DfE does not publish plans that move between councils.
    """
    return count(by_category(_stock_and_flow(plans, new_plans, ceased_plans), STEPS, "step"), "number")


@indicator
def ehc_plans_stock_flow_residual_percent(plans: pd.DataFrame, new_plans: pd.DataFrame, ceased_plans: pd.DataFrame) -> pd.DataFrame:
    """Plans that stock and flow leave unexplained, in per cent of the plans at the year's first January.

    Args:
        plans: Published rows of the January plans, with ``ehcplans``.
        new_plans: Published rows with ``new_ehc_plans``.
        ceased_plans: Published rows with ``total_ceased``.

    Returns:
        One row per area and calendar year: ``numerator`` (residual), ``denominator`` (opening plans), ``value`` (per cent).

    Source: as ``ehc_plans_stock_flow_count``. Official equivalent: none.
    """
    return percent(_stock_and_flow(plans, new_plans, ceased_plans), "residual", "opening")


@indicator
def ehc_plans_by_need_percent(needs: pd.DataFrame) -> pd.DataFrame:
    """Share of plans by the child's main type of need, in per cent of all plans.

    Args:
        needs: Published rows with ``ehc_plans`` and a measure ``number_<need>`` for each need.

    Returns:
        One row per area, January and need: ``numerator`` (plans), ``denominator`` (all plans) and ``value`` (per cent).

    Source: SEN2 return, from 2025. Official equivalent: ``<need>_pc``.
    """
    columns = {f"number_{need}": need for need in NEEDS}
    return percent(by_category(wide(needs, "ehc_plans", *columns), columns, "need"), "number", "ehc_plans")


@indicator
def ehc_plans_quarter_count(council: Council) -> pd.DataFrame:
    """Plans that the council maintained on the last day of each quarter.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter: ``value`` (plans).

    Source: the council's SEN2 return. Official equivalent: ``ehcplans``, once a year in January.
    """
    return council.counted(council.stock["quarter"])


@indicator
def ehc_plans_january_council_count(council: Council) -> pd.DataFrame:
    """Plans on the last census day in January that the council's own return gives, by DfE's groups of placements.

    Args:
        council: The council's own records.

    Returns:
        One row a group: ``value`` (plans). Beside the published census it shows what the two do not explain of each other.

    Source: the council's SEN2 return. Official equivalent: ``ehcplans`` and its groups, published months later.
    """
    return council.january_groups()


@indicator
def ehc_requests_quarter_count(council: Council) -> pd.DataFrame:
    """Requests for an assessment that the council received in each quarter.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter: ``value`` (requests).

    Source: the council's SEN2 return. Official equivalent: ``requests_received_in_year``.
    """
    return council.counted(council.in_quarter(council.cases["receiveddate"]))


@indicator(sums=("ehc_requests_quarter_count = [*]",))
def ehc_requests_by_source_quarter_count(council: Council) -> pd.DataFrame:
    """Requests for an assessment received in each quarter, by who made them.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and source: ``value`` (requests).

    Source: the council's SEN2 return, item requestsource, from 2025.
    """
    sources = council.cases["requestsource"].map(SOURCES)
    return council.counted(council.in_quarter(council.cases["receiveddate"]), sources, list(SOURCES.values()), "source")


@indicator(sums=("ehc_requests_quarter_count = [*]",))
def ehc_requests_by_outcome_quarter_count(council: Council) -> pd.DataFrame:
    """Requests received in each quarter, by what the council had decided by its last day.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and outcome (``assess``, ``refuse``, ``awaiting``, ``withdrawn``): ``value`` (requests).

    Source: the council's SEN2 return, item requestoutcome.
    """
    quarters = council.in_quarter(council.cases["receiveddate"])
    later = council.cases["requestoutcomedate"] > quarters.map(last_days(council))
    outcomes = council.cases["requestoutcome"].map(OUTCOMES).mask(later, "awaiting")
    return council.counted(quarters, outcomes, sorted(set(OUTCOMES.values())), "request_outcome")


@indicator(
    sums=(
        "ehc_decisions_6_weeks_quarter_percent.denominator = [*]",
        "ehc_decisions_6_weeks_quarter_percent.numerator = [in_6_weeks]",
    )
)
def ehc_decisions_by_time_quarter_count(council: Council) -> pd.DataFrame:
    """Decisions whether to assess, told in each quarter, by how long the family had waited for them.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and time since the request: ``value`` (decisions).

    Source: the council's SEN2 return; SEND Regulations 2014, regulation 5, gives six weeks.
    """
    told = council.cases["requestoutcomedate"]
    days = (told - council.cases["receiveddate"]).dt.days
    times = pd.cut(days, [-np.inf, SIX_WEEKS, TWELVE_WEEKS, TWENTY_WEEKS, np.inf], labels=DECISION_TIMES).astype("str")
    return council.counted(council.in_quarter(told), times, DECISION_TIMES, "decision_time")


@indicator
def new_ehc_plans_quarter_count(council: Council) -> pd.DataFrame:
    """Plans made for the first time in each quarter; plans taken over from another council are not among them.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter: ``value`` (plans).

    Source: the council's SEN2 return. Official equivalent: ``new_ehc_plans``.
    """
    return council.counted(council.in_quarter(council.own_cases["startdate"]))


@indicator
def ceased_ehc_plans_quarter_count(council: Council) -> pd.DataFrame:
    """Plans that ended in each quarter, for whatever reason.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter: ``value`` (plans).

    Source: the council's SEN2 return. Official equivalent: ``total_ceased``.
    """
    return council.counted(council.in_quarter(council.cases["ceasedate"]))


@indicator(sums=("ceased_ehc_plans_quarter_count = [*]",))
def ceased_ehc_plans_by_reason_quarter_count(council: Council) -> pd.DataFrame:
    """Plans that ended in each quarter, by reason in four groups.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and group of reasons: ``value`` (plans). A death is among the other reasons, and so is a blank. A quarter in
        which few plans ended is not told by reason: nothing could protect numbers that are all small beside a total that is told.

    Source: the council's SEN2 return, item ceasereason. Official equivalent: the reasons one by one, by year.
    """
    groups = {code: group for group, codes in REASON_GROUPS.items() for code in codes}
    reasons = council.cases["ceasereason"].map(groups).fillna("other_reason")
    figures = council.counted(council.in_quarter(council.cases["ceasedate"]), reasons, [*REASON_GROUPS, "other_reason"], "reason_group")
    return figures[figures.groupby("time_period")["value"].transform("sum") >= FEWEST_ENDED]


@indicator(
    sums=(
        "[opening] = ehc_plans_quarter_count@previous",
        "[new] = new_ehc_plans_quarter_count",
        "[ceased] = ceased_ehc_plans_quarter_count",
        "[closing] = ehc_plans_quarter_count",
        "[expected] = [opening] + [new] + [transferred_in] - [ceased]",
        "[residual] := [closing] - [expected]",
    )
)
def ehc_plans_stock_flow_quarter_count(council: Council) -> pd.DataFrame:
    """The plans of each quarter's last day set against those of the quarter before, and those that were new, came or ended.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter from the second on and step: ``value`` (plans). Expected = opening + new + transferred in - ceased;
        residual = closing - expected.

    Source: the council's SEN2 return.
    """
    came = council.tables["activeplans"].merge(transfers_in(council.tables), on=KEY, validate="many_to_one")
    flows = {
        "closing": council.stock["quarter"],
        "new": council.in_quarter(council.own_cases["startdate"]),
        "transferred_in": council.in_quarter(came["entrydate"]),
        "ceased": council.in_quarter(council.cases["ceasedate"]),
    }
    table = pd.DataFrame({step: council.counted(days).set_index("time_period")["value"] for step, days in flows.items()})
    table["opening"] = table["closing"].shift()
    table["expected"] = table["opening"] + table["new"] + table["transferred_in"] - table["ceased"]
    table["residual"] = table["closing"] - table["expected"]
    steps = table[table["opening"].notna()].reset_index().melt("time_period", [*STEPS, "transferred_in"], var_name="category")
    return council.figures(steps.assign(breakdown="quarter_step"))


@indicator(
    sums=(
        "?undecided = [decision_in_6_weeks] + [decision_over_6_weeks]",
        "?undecided ~ ?undecided@previous + ehc_requests_quarter_count - ehc_decisions_6_weeks_quarter_percent.denominator"
        " - ehc_requests_by_outcome_quarter_count[withdrawn]",
        "ehc_requests_by_outcome_quarter_count[awaiting] = [decision_in_6_weeks] + ?of_the_quarter_over_6_weeks",
    )
)
def open_cases_by_stage_count(council: Council) -> pd.DataFrame:
    """Requests that had not come to an end on the last day of each quarter, by stage and by how long they had been open.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and stage: ``value`` (requests). Withdrawn requests bear no date and are left out.

    Source: the council's SEN2 return; SEND Regulations 2014, regulations 5 and 13.
    """
    found = []
    for quarter, day in last_days(council).items():
        cases = council.cases[(council.cases["receiveddate"] <= day) & (council.cases["requestoutcome"] != "W")]
        told = (cases["requestoutcome"] == "H") | (cases["requestoutcomedate"] <= day)
        closed = (told & (cases["requestoutcome"] == "N")) | (cases["assessmentoutcome"] == "H") | (cases["assessmentoutcomedate"] <= day)
        still = cases[~closed]
        days = (day - still["receiveddate"]).dt.days
        late = np.where(days > YEAR_OF_DAYS, "over_1_year", np.where(days > TWENTY_WEEKS, "over_20_weeks", "in_20_weeks"))
        waiting = np.where(days > SIX_WEEKS, "decision_over_6_weeks", "decision_in_6_weeks")
        stage = pd.Series(np.where(told[still.index], "assessment_" + pd.Series(late, index=still.index), waiting), index=still.index)
        found.append(pd.DataFrame({"quarter": quarter, "stage": stage}))
    cases = pd.concat(found, ignore_index=True)
    return council.counted(cases["quarter"], cases["stage"], STAGES, "case_stage")


@indicator(sums=("ehc_plans_quarter_count = [*]",))
def ehc_plans_by_need_quarter_count(council: Council) -> pd.DataFrame:
    """Plans on the last day of each quarter, by the child's main type of need.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and need: ``value`` (plans).

    Source: the council's SEN2 return, item SENtype of the first rank.
    """
    return council.counted(council.stock["quarter"], council.stock["need"], NEEDS, "need")


@indicator(sums=("ehc_plans_quarter_count = [*]",))
def ehc_plans_by_age_quarter_count(council: Council) -> pd.DataFrame:
    """Plans on the last day of each quarter, by the age on 31 August before.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and age group: ``value`` (plans).

    Source: the council's SEN2 return; ages as DfE counts them.
    """
    groups = pd.cut(council.stock["age"], [-np.inf, 4, 10, 15, 19, np.inf], labels=AGE_GROUPS).astype("str")
    return council.counted(council.stock["quarter"], groups, AGE_GROUPS, "age_group")


@indicator(sums=("ehc_plans_quarter_count = [*]",))
def ehc_plans_by_sex_quarter_count(council: Council) -> pd.DataFrame:
    """Plans on the last day of each quarter, by sex as recorded.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and sex: ``value`` (plans).

    Source: the council's SEN2 return, item sex.
    """
    sex = council.stock["sex"].map({"F": "female", "M": "male"}).fillna("sex_unknown")
    return council.counted(council.stock["quarter"], sex, ["female", "male"], "sex")


@indicator(sums=("ehc_plans_quarter_count = [*]",))
def ehc_plans_by_ethnicity_quarter_count(council: Council) -> pd.DataFrame:
    """Plans on the last day of each quarter, by the child's ethnic group as recorded.

    Args:
        council: The council's own records.

    Returns:
        One row a quarter and ethnic group: ``value`` (plans); refused, not obtained and blank are told as not known.

    Source: the council's SEN2 return, item ethnicity: DfE's main codes in their major groups, Chinese with Asian.
    """
    groups = {code: group for group, codes in ETHNIC_GROUPS.items() for code in codes}
    told = council.tables["person"].drop_duplicates("child").set_index("child")["ethnicity"]
    ethnicity = council.stock["child"].map(told).map(groups).fillna("ethnicity_unknown")
    return council.counted(council.stock["quarter"], ethnicity, [*ETHNIC_GROUPS, "ethnicity_unknown"], "ethnicity")


@indicator(follows=NOBODY)
def pupils_by_group_percent(council: Council) -> pd.DataFrame:
    """Share of the pupils of the area's schools who are boys, girls, or of an ethnic group, in per cent to a tenth.

    Args:
        council: The council's own records, with its summary ``pupils`` of the school census where it was supplied.

    Returns:
        One row a group, for the newest quarter: ``value`` (per cent of all pupils whose sex, or whose ethnic group, is told). No count is
        told, and nothing where there are fewer pupils than a tenth of a per cent could hide.

    Source: the council's summary of the school census.
    """
    rows = council.register("pupils")
    rows = pd.DataFrame({"category": [], "pupils": []}) if rows is None else rows
    by_sex = rows["category"].isin(SEXES).rename("by_sex")
    whole = rows["pupils"].astype(float).groupby(by_sex).transform("sum")
    rows = rows.assign(value=(100 * rows["pupils"].astype(float) / whole).round(1), breakdown="pupil_group")[whole >= FEWEST_PUPILS]
    if rows.empty:
        return council.nothing()
    return council.figures(rows.drop(columns="pupils").assign(time_period=council.quarter.code, numerator=float("nan")))
