"""Puts the council's own figures as one problem: each number once under one key, and every sum that an indicator says can be done.

A published figure is no secret and stays outside. A share is two counts, and what is left between them.
"""

import re
from dataclasses import dataclass, replace

import pandas as pd

from svip_lib.config.authority import Merge
from svip_lib.config.periods import Quarter
from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import FOLLOWS, INSIDE, NOBODY, SUMS
from svip_lib.config.result import COLUMNS
from svip_lib.disclosure.problem import Problem, build_problem, link
from svip_lib.disclosure.rounding import round_counts

OWN = ("council", "synthetic")
WITHHELD = "c"
MEMBER = re.compile(r"([+-]?) *(?:\?(\w+)|(\w*)(?:\[([^]]+)\])?(?:\.(numerator|denominator))?)(@previous)? *")


@dataclass(frozen=True)
class Cells:
    """The council's own figures as a problem, and which of its cells each figure tells.

    Attributes:
        problem: Every count and sum.
        told: One row a figure and cell: ``row`` (its label in the figures), ``column`` (where the count stands; empty for a difference
            that is printed only where both its terms are) and ``key``. A figure is printed if all its cells are.
    """

    problem: Problem
    told: pd.DataFrame


def as_problem(
    rows: pd.DataFrame,
    thresholds: dict[str, int],
    register: pd.DataFrame,
    published: pd.DataFrame | None = None,
) -> Cells:
    """Return the council's own figures as one problem.

    Args:
        rows: Figures in the shape of ``indicators.shape``; those of others are left aside.
        thresholds: By breakdown, the least count that may be printed; ``""`` for every breakdown that is not named.
        register: What earlier packs printed of each cell, as from ``read_register``.
        published: What DfE has published of the same counts: one row a cell that is part of a published number, ``number`` (its name),
            ``value`` and ``key``.

    Raises:
        Refusal: When a sum names what there is not, or does not hold.
    """
    counts = _counts(rows[are_own_counts(rows)])
    held = counts.groupby(["indicator", "period"])["key"].agg(list).to_dict()
    same, sums, nearly, differences = {}, [], [], {}
    for name, period in held:
        for text in SUMS.get(name, ()):
            left, relation, right = _sides(text, name)
            total, members = _keys(left, name, period, held), _keys(right, name, period, held)
            if not total or not members:
                continue  # of the period before, nothing is held
            if relation == ":=":
                differences[total[0][1]] = [key for _, key in members]
            elif relation == "=" and len(members) == 1 and "[*]" not in right:
                same[total[0][1]] = members[0][1]
            else:
                (nearly if relation == "~" else sums).append((f"{text} ({name}, {period})", total[0][1], members))
    counts["key"] = counts["key"].replace(same)
    sums, nearly = (
        [(text, same.get(total, total), [(sign, same.get(key, key)) for sign, key in members]) for text, total, members in told]
        for told in (sums, nearly)
    )
    shares = counts[counts["column"] == "denominator"].merge(counts[counts["column"] == "numerator"], on=["row", "share", "period"])
    for share in shares.itertuples():
        rest = f"{share.share}?rest@{share.period}"
        sums.append((f"what is left of {share.share}, {share.period}", share.key_x, [(1, share.key_y), (1, rest)]))
    told = counts[~counts["key"].isin(differences)]
    cells = told[["key", "count"]].assign(threshold=told["breakdown"].map(thresholds).fillna(thresholds[""]), state="ordinary")
    whole = (told["column"] == "value") & ~told["key"].str.contains("[", regex=False)
    cells.loc[whole & ((told["count"] == 0) | (told["count"] >= cells["threshold"])), "state"] = "shown"
    known = cells.drop_duplicates("key").set_index("key")["count"].to_dict()
    known |= (worked_out := _worked_out(known, sums))
    facts, more = _facts(known, nearly, published)
    for keys, state in ((worked_out, "virtual"), (facts, "known")):
        unprinted = {"key": list(keys), "count": list(keys.values()), "threshold": thresholds[""], "state": state}
        cells = pd.concat([cells, pd.DataFrame(unprinted)], ignore_index=True)
    before = cells["key"].map(register["value"])
    told_before = cells["key"].isin(register.index)
    public = set() if published is None else _public(published, known)
    cells.loc[cells["key"].isin(public) | (before == cells["count"]).fillna(False).astype(bool), "state"] = "known"
    cells.loc[told_before & before.isna(), "state"] = "hidden_before"  # also what DfE has published since
    links = [link(text, total, [key for _, key in members], [sign for sign, _ in members]) for text, total, members in [*sums, *more]]
    problem = build_problem(cells, pd.concat(links, ignore_index=True) if links else link("nothing", "", []).head(0))
    terms = counts[counts["key"].isin(differences)].assign(key=lambda table: table["key"].map(differences), column="").explode("key")
    terms["key"] = terms["key"].replace(same)
    return Cells(problem, pd.concat([told, terms], ignore_index=True)[["row", "column", "key"]])


def _facts(known: dict[str, float], nearly: list, published: pd.DataFrame | None) -> tuple[dict[str, float], list]:
    """What is taken for known to everybody, and the sums in which it stands.

    Two numbers that are nearly the same tell of each other whatever keeps them apart, so the gap between them counts as known. A
    published number is known, and ties the figures that add up to it; where they do not, it says nothing of them.
    """
    facts, sums = {}, []
    for text, total, members in nearly:
        if any(key not in known for key in (total, *(key for _, key in members))):
            continue  # of the period before, nothing is held
        gap = known[total] - sum(sign * known[key] for sign, key in members)
        key = f"gap in {text}"
        facts[key] = abs(gap)
        sums.append((text, total, [*members, (1 if gap >= 0 else -1, key)]))
    for number, cells in [] if published is None else published.groupby("number"):
        value, counted = cells["value"].iloc[0], cells["key"].map(known)
        if counted.sum(skipna=False) == value and (counted > 0).sum() > 1:  # of one alone it says all: see _public
            facts[number] = value
            sums.append((f"published: {number}", number, [(1, key) for key in cells["key"]]))
    return facts, sums


def _public(published: pd.DataFrame, known: dict[str, float]) -> set[str]:
    """Counts that DfE has published: what all others of a published number leave over, where those are nought."""
    counted = published.assign(count=published["key"].map(known)).query("count > 0")
    only = counted[~counted["number"].duplicated(keep=False)]
    return set(only.loc[only["count"] == only["value"], "key"])


def alone(cells: Cells, hidden: pd.Series) -> set[str]:
    """Return, for each table in which one small count alone is withheld, the smallest other: alone, a mark would say that it is small."""
    told = cells.told[(cells.told["column"] == "value") & cells.told["key"].str.contains("[", regex=False)]
    if told.empty:
        return set()
    table = told["key"].str.replace(r"\[.*\]", "", regex=True)
    told = told.assign(table=table, hidden=told["key"].map(hidden), count=told["key"].map(cells.problem.cells["count"]))
    secret = pd.Series(cells.problem.secret, index=cells.problem.cells.index)
    small = told["hidden"] & told["key"].map(secret)
    single = (told.groupby("table")["hidden"].sum() == 1) & small.groupby(told["table"]).any()
    free = told["key"].map(cells.problem.cells["state"]) == "ordinary"
    others = told[told["table"].map(single) & ~told["hidden"] & (told["count"] > 0) & free]
    return set(others.sort_values("count", kind="stable").drop_duplicates("table")["key"])


def are_own(rows: pd.DataFrame) -> pd.Series:
    """Tell of each figure whether it comes from the council's own records."""
    return rows["origin"].isin(OWN) & (rows["measure"] == "actual")


def are_own_counts(rows: pd.DataFrame) -> pd.Series:
    """Tell of each figure whether it counts children, plans or requests of the council's own records."""
    return are_own(rows) & ~rows["indicator"].isin(FOLLOWS)


def following(rows: pd.DataFrame, thresholds: dict[str, int]) -> pd.Series:
    """Tell of each figure whether it is about children whose number is withheld or small, so that it may not be printed either.

    The sums between such figures are those between the counts. A count that another complete set of counts leaves open is left open by
    the same set for the money too, so what is withheld in this way cannot be worked out.

    Raises:
        Refusal: When the count that a figure follows is not there.
    """
    key = ["indicator", "category", "time_period"]
    about = rows[are_own(rows) & rows["indicator"].isin([name for name, count in FOLLOWS.items() if count not in (NOBODY, INSIDE)])]
    counts = rows[are_own_counts(rows)]
    small = counts["value"].between(0, counts["breakdown"].map(thresholds).fillna(thresholds[""]), inclusive="neither")
    unsafe = counts[key].assign(unsafe=small | (counts["shorthand"] == WITHHELD))
    found = about[key].assign(indicator=about["indicator"].map(FOLLOWS)).merge(unsafe, how="left", on=key, validate="many_to_one")
    lost = found["unsafe"].isna()
    if lost.any():
        raise Refusal(
            f"'{about['indicator'].to_numpy()[lost][0]}' follows '{' '.join(found.loc[lost, key].iloc[0])}', which there is not.",
            remedy="Name in follows= a count by the same categories; or, where categories are merged, merge those of both.",
        )
    told = pd.Series(False, index=rows.index)
    told[about.index] = found["unsafe"].to_numpy(dtype=bool)
    return told


def withhold_following(rows: pd.DataFrame, chosen: pd.Series) -> pd.DataFrame:
    """Return the figures with [c] in the place of those that are about children whose number is withheld or small."""
    rows = rows.copy()
    rows.loc[chosen, ["numerator", "denominator", "value"]] = float("nan")
    rows.loc[chosen, "shorthand"] = WITHHELD
    return rows


def merged(rows: pd.DataFrame, merges: list[Merge]) -> pd.DataFrame:
    """Return the figures with the categories that are to be told as one put together, in the council's own counts alone."""
    for merge in merges:
        chosen = are_own_counts(rows) & rows["denominator"].isna() & (rows["breakdown"] == merge.breakdown)
        chosen &= rows["category"].isin(merge.categories)
        whole = rows[chosen].assign(category=merge.into)
        key = [name for name in COLUMNS if name not in ("value", "numerator")]
        whole = whole.groupby(key, as_index=False, dropna=False, sort=False)[["value", "numerator"]].sum()
        rows = pd.concat([rows[~chosen], whole[COLUMNS]], ignore_index=True)
    return rows


def rounded(rows: pd.DataFrame, names: list[str], thresholds: dict[str, int]) -> pd.DataFrame:
    """Return the figures with those of some indicators rounded to fives, so that they still add up among themselves.

    Raises:
        Refusal: When one of them is tied by a sum to an indicator that is told exactly: no number may be told in both ways.
    """
    chosen = rows[are_own_counts(rows) & rows["indicator"].isin(names)]
    if chosen["denominator"].notna().any():
        share = chosen.loc[chosen["denominator"].notna(), "indicator"].iloc[0]
        raise Refusal(
            f"'{share}' is a share, and only numbers can be rounded to fives.", remedy="Take it out of 'rounded' in authority.yaml."
        )
    cells = as_problem(chosen, thresholds, pd.DataFrame({"value": []}))
    # Wholes are rounded with their parts.
    free = cells.problem.cells.assign(state=cells.problem.cells["state"].replace("shown", "ordinary"))
    counts = cells.told["key"].map(round_counts(replace(cells.problem, cells=free))).astype(float).to_numpy()
    rows = rows.copy()
    rows.loc[cells.told["row"], "value"] = rows.loc[cells.told["row"], "numerator"] = counts
    return rows


def withhold(rows: pd.DataFrame, cells: Cells, hidden: pd.Series) -> pd.DataFrame:
    """Return the figures with [c] in the place of everything that tells a hidden count.

    Args:
        rows: Figures, with the same labels as those that the cells were made of.
        cells: What the figures tell.
        hidden: By key, whether the count is hidden.
    """
    told = cells.told[cells.told["key"].map(hidden)]
    rows = rows.copy()
    rows.loc[told["row"].unique(), ["value", "shorthand"]] = [float("nan"), WITHHELD]
    for column in ("numerator", "denominator"):
        chosen = told["column"].isin([column, "value", ""] if column == "numerator" else [column])
        rows.loc[told.loc[chosen, "row"].unique(), column] = float("nan")
    return rows


def printed(rows: pd.DataFrame, cells: Cells) -> tuple[pd.Series, list[str]]:
    """Return what figures print of each cell, and in words what they print of it twice or beside what is hidden.

    Args:
        rows: Figures as they were read back, with the same labels as those that the cells were made of.
        cells: What the figures tell.
    """
    told = cells.told[cells.told["column"] != ""]
    values = pd.Series([rows[column].get(row) for row, column in zip(told["row"], told["column"], strict=True)], index=told["key"])
    by_key = values.groupby(level=0)
    released = by_key.first().astype("Int64")
    some_hidden = by_key.count().between(1, by_key.size() - 1)
    mixed = released.index[some_hidden | (by_key.max() > by_key.min())]
    shown = rows["value"].reindex(cells.told["row"]).notna().to_numpy()
    beside = cells.told.loc[shown & cells.told["key"].map(released.isna()).to_numpy(), "key"].unique()
    told_wrong = [f"'{key}' is printed with two values." for key in mixed]
    return released, told_wrong + [f"'{key}' is hidden, and a figure that tells of it is printed." for key in beside]


def _counts(rows: pd.DataFrame) -> pd.DataFrame:
    """Every count that a figure tells: of a number the value, of a share the part and the whole."""
    share = rows["denominator"].notna()
    parts = []
    for column, chosen in (("value", rows[~share]), ("numerator", rows[share]), ("denominator", rows[share])):
        ending = "" if column == "value" else f".{column}"
        category = ("[" + chosen["category"] + "]").where(chosen["category"] != "", "")
        share = chosen["indicator"] + category
        key = share + ending + "@" + chosen["time_period"]
        told = {"row": chosen.index, "period": chosen["time_period"], "column": column, "share": share, "key": key}
        table = chosen[["indicator", "breakdown"]].assign(**told)
        parts.append(table.assign(count=chosen[column]))
    return pd.concat(parts, ignore_index=True)


def _sides(text: str, owner: str) -> tuple[str, str, str]:
    """The two sides of a sum and what ties them; one that cannot be read would protect nothing, and so it stops everything."""
    parts = re.split(r" (:=|=|~) ", text)
    if len(parts) != len(("left", "tie", "right")) or not all(re.fullmatch(f"(?:{MEMBER.pattern})+", side) for side in parts[::2]):
        raise Refusal(
            f"The sum '{text}' of {owner} cannot be read.",
            file="svip_lib/indicators",
            remedy="Write it as 'total = part + part'; all its forms stand in the docstring of indicator in svip_lib/config/registry.py.",
        )
    return parts[0], parts[1], parts[2]


def _keys(text: str, owner: str, period: str, held: dict) -> list[tuple[int, str]]:
    """The signs and keys of one side of a sum in a period; none where the period before it is not held."""
    found = []
    for sign, virtual, name, category, part, previous in re.findall(MEMBER, text):
        if not (virtual or name or category or part):
            continue
        when, whose = Quarter.from_code(period).previous.code if previous else period, name or owner
        factor = -1 if sign == "-" else 1
        if virtual:
            found.append((factor, f"{owner}?{virtual}@{when}"))
        elif category == "*":
            found += [(factor, key) for key in held[whose, when]]
        else:
            found.append((factor, f"{whose}{f'[{category}]' if category else ''}{f'.{part}' if part else ''}@{when}"))
            if not previous and found[-1][1] not in held.get((whose, when), ()):
                raise Refusal(
                    f"The sum '{text}' of {owner} names '{found[-1][1]}', which there is not.",
                    remedy="Correct the sum; or, where one of the two is told in another way, tell both in the same way (authority.yaml).",
                )
    return found


def _worked_out(counts: dict[str, float], sums: list) -> dict[str, float]:
    """The numbers that are printed nowhere and follow from the sums, one after another."""
    known, open_sums = dict(counts), sums
    while open_sums:
        waiting = []
        for text, total, members in open_sums:
            signed = [(-1, total), *members]
            missing = [(sign, key) for sign, key in signed if key not in known]
            if len(missing) == 1:
                sign, key = missing[0]
                known[key] = -sign * sum(factor * known[name] for factor, name in signed if name != key)
            elif missing:
                waiting.append((text, total, members))
        if len(waiting) == len(open_sums):
            raise Refusal(f"The sum '{waiting[0][0]}' leaves two numbers open.", remedy="Say by another sum what one of them is.")
        open_sums = waiting
    return {key: count for key, count in known.items() if key not in counts}
