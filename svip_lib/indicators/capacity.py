"""Places that the council commissions: how many by kind and need, who is in them, and what building more has cost so far."""

import pandas as pd

from svip_lib.config.periods import OLD_MONTHS, over_financial_year
from svip_lib.config.registry import NOBODY, indicator
from svip_lib.indicators.council import Council
from svip_lib.indicators.shape import NOT_AVAILABLE

PENCE = 100
TYPES = ["special", "unit", "resourced", "ap", "hospital", "college", "independent"]
# Kinds whose places are for a need. Each kind's pupils are told by need and no need's pupils over all kinds: where a need has places in
# one kind alone, which anybody can know, the two would give each other away.
FOR_A_NEED = TYPES[:3]
# How lists of places write what a place is for: codes, or the words that they stand for.
NEEDS = {
    "asd": "asd|asc|autis",
    "slcn": "slcn|speech",
    "semh": "semh|social",
    "mld": "mld|moderate",
    "sld": "sld|severe",
    "spld": "spld|specific",
    "pd": "pd|physical",
    "hi": "hi|hearing",
    "vi": "vi|visual",
    "pmld": "pmld|profound",
    "msi": "msi|multi-sensory",
    "ds": "ds|down",
}
SEVERAL, NONE_TOLD = "several_needs", "need_unknown"
EVERY_NEED = [*NEEDS, NONE_TOLD, SEVERAL]
BY_NEED = [f"{kind}_{need}" for kind in FOR_A_NEED for need in EVERY_NEED]
# What is told of the places with a roll; a school that gave none is left out of it.
OF_ROLL = ("on_roll", "vacancies", "over_numbers", "empty_cost")


def needs(designation: pd.Series) -> pd.Series:
    """Return the need that places are for: one need, several or another one, or none that is told.

    Example:
        >>> needs(pd.Series(["ASD", "Autism", "SEMH and ASD", "PMLD", "complex", ""])).to_list()
        ['asd', 'asd', 'several_needs', 'pmld', 'several_needs', 'need_unknown']
    """
    texts = designation.str.casefold()
    found = pd.DataFrame({need: texts.str.contains(rf"\b(?:{_pattern(words)})") for need, words in NEEDS.items()})
    single = found.sum(axis=1) == 1
    return found.idxmax(axis=1).where(single, SEVERAL).mask(texts == "", NONE_TOLD)


def _pattern(words: str) -> str:
    """A code as a whole word, and the beginning of the words that it stands for."""
    code, *spelt = words.split("|")
    return "|".join([rf"{code}\b", *spelt])


def _places(council: Council) -> pd.DataFrame:
    """The list of places, one row a school and stage, with what follows from it: a whole pupil is one, whatever a list writes."""
    places = council.register("places")
    if places is None:
        return pd.DataFrame()
    numbers = places[["places", "places_next_year", "places_financial_year", "on_roll", "rate"]].astype("Float64")
    roll, commissioned = numbers["on_roll"].round(), numbers["places"]
    spare = (commissioned - roll).clip(lower=0)
    old = places["post_16"].map(OLD_MONTHS).astype("Float64")
    return pd.DataFrame(
        {
            "place_type": places["place_type"],
            "place_need": (places["place_type"] + "_" + needs(places["designation"])).where(places["place_type"].isin(FOR_A_NEED)),
            "places": commissioned,
            "on_roll": roll,
            "vacancies": spare,
            "over_numbers": (roll - commissioned).clip(lower=0),
            "empty_cost": spare * numbers["rate"] / PENCE,
            "computed": over_financial_year(commissioned, numbers["places_next_year"], old),
            "stated": numbers["places_financial_year"],
        }
    )


def _told(council: Council, column: str, by: str) -> pd.DataFrame:
    """One figure a kind or need; nothing where no school told it, and a gap where one that must be in the sum did not."""
    places = council.once(_places)
    if places.empty or places[column].isna().all():
        return council.nothing()
    groups = places.groupby(by)[column]
    sums = groups.sum().astype("float64")
    if column not in OF_ROLL:
        sums = sums.where(groups.count() == groups.size())
    rows = sums.reindex(TYPES if by == "place_type" else BY_NEED, fill_value=0.0).rename("value").rename_axis("category").reset_index()
    figures = council.figures(rows.assign(breakdown=by, time_period=council.quarter.code))
    return figures.assign(shorthand=figures["shorthand"].where(figures["value"].notna(), NOT_AVAILABLE))


@indicator(follows=NOBODY)
def places_by_type_quarter_count(council: Council) -> pd.DataFrame:
    """Places that the council commissions in the academic year of the quarter, by kind of place.

    Args:
        council: The council's own records, with the list of places.

    Returns:
        One row a kind: ``value`` (places), 0 where none are commissioned.

    Source: the council's list of commissioned places. Official equivalent: DfE's high needs place numbers, without maintained schools.
    """
    return _told(council, "places", "place_type")


@indicator(follows=NOBODY)
def places_by_need_quarter_count(council: Council) -> pd.DataFrame:
    """Places that the council commissions in the academic year of the quarter, by kind and the need that they are for.

    Args:
        council: The council's own records, with the list of places.

    Returns:
        One row a kind and need, of the kinds that are for a need: ``value`` (places); places for several needs are one group.

    Source: the council's list of commissioned places. Official equivalent: none.
    """
    return _told(council, "places", "place_need")


@indicator
def on_roll_quarter_count(council: Council) -> pd.DataFrame:
    """Pupils who were in commissioned places on the day of the roll, of this council and of others.

    Args:
        council: The council's own records, with the list of places.

    Returns:
        One row: ``value`` (pupils); schools that gave no roll are left out.

    Source: the council's list of commissioned places. Official equivalent: none.
    """
    places = council.once(_places)
    if places.empty or places["on_roll"].isna().all():
        return council.nothing()
    return council.figures(pd.DataFrame({"time_period": [council.quarter.code], "value": [float(places["on_roll"].sum())]}))


@indicator(sums=("on_roll_quarter_count = [*]",))
def on_roll_by_type_quarter_count(council: Council) -> pd.DataFrame:
    """Pupils who were in commissioned places on the day of the roll, by kind of place.

    Args:
        council: The council's own records, with the list of places.

    Returns:
        One row a kind: ``value`` (pupils); schools that gave no roll are left out.

    Source: the council's list of commissioned places. Official equivalent: none.
    """
    return _told(council, "on_roll", "place_type")


@indicator(
    sums=tuple(f"on_roll_by_type_quarter_count[{kind}] = {' + '.join(f'[{kind}_{need}]' for need in EVERY_NEED)}" for kind in FOR_A_NEED)
)
def on_roll_by_need_quarter_count(council: Council) -> pd.DataFrame:
    """Pupils who were in commissioned places on the day of the roll, by kind and the need that the places are for.

    Args:
        council: The council's own records, with the list of places.

    Returns:
        One row a kind and need, of the kinds that are for a need: ``value`` (pupils). A pupil's own need can be another.

    Source: the council's list of commissioned places. Official equivalent: none.
    """
    return _told(council, "on_roll", "place_need")


@indicator(follows="on_roll_by_type_quarter_count")
def vacancies_by_type_quarter_count(council: Council) -> pd.DataFrame:
    """Commissioned places that nobody was in on the day of the roll, by kind of place.

    Args:
        council: The council's own records, with the list of places.

    Returns:
        One row a kind: ``value`` (places), added up school by school, so that one that is too full takes away from no other.

    Source: the council's list of commissioned places. Official equivalent: none.
    """
    return _told(council, "vacancies", "place_type")


@indicator(follows="on_roll_by_need_quarter_count")
def vacancies_by_need_quarter_count(council: Council) -> pd.DataFrame:
    """Commissioned places that nobody was in on the day of the roll, by kind and the need that they are for.

    Args:
        council: The council's own records, with the list of places.

    Returns:
        One row a kind and need, of the kinds that are for a need: ``value`` (places), added up school by school.

    Source: the council's list of commissioned places. Official equivalent: none.
    """
    return _told(council, "vacancies", "place_need")


@indicator(follows="on_roll_by_type_quarter_count")
def over_numbers_by_type_quarter_count(council: Council) -> pd.DataFrame:
    """Pupils beyond the commissioned places of their school on the day of the roll, by kind of place: lawful, and worth a look.

    Args:
        council: The council's own records, with the list of places.

    Returns:
        One row a kind: ``value`` (pupils), added up school by school.

    Source: the council's list of commissioned places. Official equivalent: none.
    """
    return _told(council, "over_numbers", "place_type")


@indicator(follows="on_roll_by_type_quarter_count")
def empty_places_by_type_quarter_gbp(council: Council) -> pd.DataFrame:
    """Place funding of a year for the places that nobody was in on the day of the roll, by kind of place, in pounds.

    Args:
        council: The council's own records, with the list of places.

    Returns:
        One row a kind: ``value`` (pounds): empty places times the rate of a place, where the list gives one.

    Source: the council's list of commissioned places. Official equivalent: none.
    """
    return _told(council, "empty_cost", "place_type")


@indicator(follows=NOBODY)
def places_year_by_type_quarter_count(council: Council) -> pd.DataFrame:
    """Places of the financial year in which they change, computed from both academic years, by kind of place.

    Args:
        council: The council's own records, with the list of places.

    Returns:
        One row a kind: ``value`` (places): five months of the first academic year and seven of the second, after 16 four and eight.

    Source: the council's list of commissioned places, weighted as DfE weighs places (the rates of 2021-22 show it). Official
        equivalent: DfE's deductions for high needs places, for academies and colleges.
    """
    return _told(council, "computed", "place_type")


@indicator(follows=NOBODY)
def places_year_stated_by_type_quarter_count(council: Council) -> pd.DataFrame:
    """Places of the financial year as the council's own list states them, by kind of place.

    Args:
        council: The council's own records, with the list of places.

    Returns:
        One row a kind: ``value`` (places).

    Source: the council's list of commissioned places. Official equivalent: none.
    """
    return _told(council, "stated", "place_type")


@indicator(follows=NOBODY)
def capital_spent_quarter_percent(council: Council) -> pd.DataFrame:
    """Share of the capital approved for the programme's schemes that has been spent by the quarter's end, in per cent.

    Args:
        council: The council's own records, with the register of milestones.

    Returns:
        One row: ``numerator`` (pounds spent), ``denominator`` (pounds approved), ``value`` (per cent), of milestones that give both.

    Source: the council's register of milestones. Official equivalent: none.
    """
    milestones = council.register("milestones")
    if milestones is None:
        return council.nothing()
    money = milestones[["capital_spent", "capital_budget"]].dropna().sum().astype("float64") / PENCE
    spent, approved = money["capital_spent"], money["capital_budget"]
    if not approved:
        return council.nothing()
    told = {"numerator": [spent], "denominator": [approved], "value": [100 * spent / approved]}
    return council.figures(pd.DataFrame({"time_period": [council.quarter.code], **told}))
