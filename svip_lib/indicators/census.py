"""Who had an active plan, and where, on any day: the census rebuilt from the clean tables of a SEN2 return."""

import pandas as pd

from svip_lib.config.refusal import Refusal

KEY = ["child", "request"]  # what a case is known by
# The three mappings of the same placements; their names are columns of data/dictionary/placements.csv.
MAPPINGS = ("published_group", "dsg_category", "table_3_group")
NOT_RECORDED, NEED_UNKNOWN = "placement_unknown", "need_unknown"


def on_day(table: pd.DataFrame, day: pd.Timestamp, first: str, last: str) -> pd.DataFrame:
    """Return the rows that were open on a day; both ends belong to them, and a missing end is open.

    Example:
        >>> plans = pd.DataFrame({"start": pd.to_datetime(["2024-01-01", "2025-01-17"]), "end": pd.to_datetime([None, None])})
        >>> len(on_day(plans, pd.Timestamp("2025-01-16"), "start", "end"))
        1
    """
    begun = table[first].isna() | (table[first] <= day)
    ended = table[last].notna() & (table[last] < day)
    return table[begun & ~ended]


def plans_on_day(namedplan: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return the plans that the authority maintained on a day, one row a child and request.

    Args:
        namedplan: Clean plans with ``child``, ``request``, ``startdate`` and ``ceasedate``.
        day: The day, usually the census day in January.
    """
    return on_day(namedplan, day, "startdate", "ceasedate").drop_duplicates(KEY)


def not_yet_elsewhere(plans: pd.DataFrame, tables: dict[str, pd.DataFrame], day: pd.Timestamp) -> pd.DataFrame:
    """Leave out plans that another authority still maintained on a day: they were transferred in only with a later placement.

    Args:
        plans: Active plans with ``child`` and ``request``.
        tables: The clean tables ``activeplans`` and ``placementdetail``.
        day: The day.
    """
    came = transfers_in(tables)
    later = pd.MultiIndex.from_frame(came.loc[came["entrydate"] > day, KEY])
    return plans[~pd.MultiIndex.from_frame(plans[KEY]).isin(later)]


def transfers_in(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the plans that came from another authority, each with the day of its first placement here."""
    first = tables["placementdetail"].groupby(KEY, as_index=False)["entrydate"].min()
    came = tables["activeplans"].loc[tables["activeplans"]["transferla"] != "", KEY].drop_duplicates()
    return came.merge(first, how="left", on=KEY, validate="one_to_one")


def with_need(rows: pd.DataFrame, tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Put beside each row of a plan its ``need`` as figures name it: the one of the first rank, or that none is recorded."""
    first = tables["senneed"].sort_values("sentyperank", kind="stable").drop_duplicates(KEY)[[*KEY, "sentype"]]
    rows = rows.merge(first, how="left", on=KEY, validate="many_to_one")
    return rows.assign(need=rows.pop("sentype").fillna("").str.lower().replace("", NEED_UNKNOWN))


def placements_on_day(placementdetail: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return where each child with a plan was on a day: of several open placements the one of the lowest rank.

    Args:
        placementdetail: Clean placements with ``child``, ``request``, ``entrydate``, ``leavingdate`` and ``placementrank``.
        day: The day.
    """
    there = on_day(placementdetail, day, "entrydate", "leavingdate")
    return there.sort_values(["placementrank", "entrydate"], kind="stable").drop_duplicates(KEY)


def census(tables: dict[str, pd.DataFrame], placements: pd.DataFrame, establishments: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return the census of a day: every active plan with its placement in DfE's terms, its main need and the child's cohort.

    Args:
        tables: The clean tables of a return: ``person``, ``namedplan``, ``placementdetail``, ``senneed``.
        placements: The dictionary of placements, with the three mappings.
        establishments: One row a school or college: ``urn``, ``ukprn`` and ``type_code`` (GIAS).
        day: The census day.

    Returns:
        One row an active plan: ``child``, ``request``, ``placement``, the three mappings, ``need``, ``birth_year``, ``sex``.
        A plan without an open placement is kept, as ``placement_unknown``.
    """
    plans = not_yet_elsewhere(plans_on_day(tables["namedplan"], day)[KEY], tables, day)
    where = placements_on_day(tables["placementdetail"], day)
    where = where.assign(placement=placement_of(where, placements, establishments))[[*KEY, "placement"]]
    person = tables["person"].drop_duplicates("child")[["child", "birth_year", "sex"]]
    rows = with_need(plans.merge(where, on=KEY, how="left", validate="one_to_one"), tables)
    rows = rows.merge(person, on="child", how="left", validate="many_to_one")
    rows["placement"] = rows["placement"].fillna(NOT_RECORDED)
    named = placements.set_index("placement")
    return rows.assign(**{mapping: rows["placement"].map(named[mapping]) for mapping in MAPPINGS})


def placement_of(rows: pd.DataFrame, placements: pd.DataFrame, establishments: pd.DataFrame) -> pd.Series:
    """Return DfE's published name of each placement: by the school's type and its unit flags, by provider number, or by setting.

    Raises:
        Refusal: When a school's type stands for no placement.
    """
    numbers = {
        number: establishments[establishments[number] != ""].drop_duplicates(number).set_index(number)["type_code"]
        for number in ("urn", "ukprn")
    }
    # A college may have a provider number only; a setting without either has no type.
    type_code = rows["urn"].map(numbers["urn"]).fillna(rows["ukprn"].where(rows["urn"] == "", "").map(numbers["ukprn"]))
    flag = pd.Series("", index=rows.index).mask(rows["resourcedprovisionindicator"], "resourced").mask(rows["senunitindicator"], "senunit")
    by_school = {
        f"{code}|{told}": name
        for name, codes, told in placements[["placement", "establishment_types", "told_by"]].itertuples(index=False)
        for code in codes.split("|")
        if code
    }
    by_setting = placements[placements["establishment_types"] == ""].set_index("told_by")["placement"]
    school = type_code.fillna("").astype("str") + "|"
    found = (school + flag).map(by_school).fillna(school.map(by_school))  # a special school has no unit, whatever a flag says
    unknown = type_code.notna() & found.isna()
    if unknown.any():
        raise Refusal(
            f"The establishment type '{type_code[unknown].iloc[0]}' stands for no placement.",
            file="data/dictionary/placements.csv",
            remedy="Add the type to the placement that it belongs to.",
        )
    unlisted = (rows["urn"] == "") & (rows["ukprn"] != "") & found.isna()
    found = found.mask(unlisted, "ukrlp_provider").fillna(rows["sensetting"].map(by_setting))
    return found.fillna(NOT_RECORDED)


def reconciled(rows: pd.DataFrame, published: pd.DataFrame) -> pd.DataFrame:
    """Return the plans of a census by DfE's groups beside the published numbers, with the residual.

    Args:
        rows: The rows of ``census``.
        published: Published rows of the January plans of the same authority and January.

    Returns:
        One row a group and one for all plans: ``group``, ``counted``, ``published`` (missing where it is not known), ``residual``.
    """
    counted = rows["published_group"].value_counts()
    counted = pd.concat([pd.Series({"ehcplans": len(rows)}), counted])
    told = published.set_index("measure")["value"].reindex(counted.index)
    return pd.DataFrame(
        {"group": counted.index, "counted": counted.to_numpy(), "published": told.to_numpy(), "residual": (counted - told).to_numpy()}
    )


def placement_years(
    tables: dict[str, pd.DataFrame], placements: pd.DataFrame, establishments: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp
) -> pd.DataFrame:
    """Return the full-time-equivalent years of plans from one day to another: one row a category and need, with ``years``.

    What still runs counts to the last day. A day of a plan counts once: where its main placement is, or where that is not recorded
    with the placements not recorded. Between one day and itself the years are the plans of that day's ``census``.

    Args:
        tables: As for ``census``.
        placements: As for ``census``.
        establishments: As for ``census``.
        first: The first day.
        last: The last day.
    """
    came = transfers_in(tables).rename(columns={"entrydate": "came"})
    plans = tables["namedplan"].drop_duplicates(KEY).merge(came, how="left", on=KEY, validate="one_to_one")
    plans["begin"] = plans[["startdate", "came"]].max(axis=1).fillna(first).clip(lower=first)
    plans["end"] = plans["ceasedate"].fillna(last).clip(upper=last)
    stays = tables["placementdetail"].merge(plans[[*KEY, "begin", "end"]], how="inner", on=KEY, validate="many_to_one")
    stays = stays[stays["placementrank"] == stays.groupby(KEY)["placementrank"].transform("min")].sort_values([*KEY, "entrydate"])
    stays["begin"] = stays[["entrydate", "begin"]].max(axis=1)
    stays["end"] = stays["leavingdate"].fillna(last).clip(upper=stays["end"])
    earlier = stays.groupby(KEY)["end"].cummax().groupby([stays[name] for name in KEY]).shift()  # of two stays at once the earlier counts
    stays["begin"] = stays[["begin"]].assign(after=earlier + pd.Timedelta(days=1)).max(axis=1)
    stays["days"] = _days(stays)
    known = placements.set_index("placement")["dsg_category"]
    stays["dsg_category"] = placement_of(stays, placements, establishments).map(known)
    rest = plans.assign(days=_days(plans) - pd.MultiIndex.from_frame(plans[KEY]).map(stays.groupby(KEY)["days"].sum()).fillna(0))
    rows = pd.concat([stays, rest.assign(dsg_category=known[NOT_RECORDED])])
    rows = with_need(rows[[*KEY, "dsg_category", "days"]], tables)
    days = rows.groupby(["dsg_category", "need"], as_index=False)["days"].sum()
    return days.assign(years=days.pop("days") / ((last - first).days + 1))


def _days(rows: pd.DataFrame) -> pd.Series:
    """The days from begin to end, both included; where the end comes first there are none."""
    return ((rows["end"] - rows["begin"]).dt.days + 1).clip(lower=0).fillna(0)
