"""Why spending differs from its budget: more places, another mix, dearer places, and what no place explains; to the pound.

An overspend is positive. Every amount is whole pounds, and the parts of a whole are rounded together, by the largest remainder, so that
they add up as they are printed: needs to their category, components to the variance of the ledger.
"""

import numpy as np
import pandas as pd

COMPONENTS = ["volume", "category_mix", "need_mix", "rate", "without_places", "budget_not_in_places", "not_explained"]
OF_PLACES = COMPONENTS[:3]
BY_CATEGORY_ALONE = ""  # in the place of a need


def apportioned(parts: pd.Series, total: int) -> pd.Series:
    """Return whole numbers near the parts that add to the total, by the largest remainder.

    Example:
        >>> apportioned(pd.Series([0.4, 0.4, -1.8]), -1).to_list()
        [1, 0, -2]
    """
    whole = np.floor(parts.astype(float))
    each, more = divmod(int(total - whole.sum()), max(len(parts), 1))
    order = (whole - parts).argsort(kind="stable")
    whole.iloc[order.to_numpy()[:more]] += 1
    return (whole + each).astype("int64")


def decompose(budget: pd.Series, forecast: pd.Series, planned: pd.DataFrame, years: pd.Series, costs: pd.Series) -> pd.DataFrame:
    """Return what makes the difference between forecast and budget, by category, need and component.

    Volume is what more or fewer places cost with the budget's mix of categories and needs, each at its budgeted cost. Mix between
    categories and mix between needs are what the places cost by being other ones, at budgeted costs; a need for which none was budgeted
    costs its category's average. Rate is the rest of the forecast: the same places at another cost. Lines for which no place was
    budgeted are told whole (``without_places``); so is budget that no budgeted place accounts for (``budget_not_in_places``: more budget
    than places explain lowers the variance) and a forecast where nobody is placed (``not_explained``).

    Args:
        budget: Whole pounds by category.
        forecast: Whole pounds by category, of the same index.
        planned: What the budget was built on: ``years`` (full-time equivalents) and ``cost`` (pounds) by ``dsg_category`` and ``need``.
        years: Full-time-equivalent years as forecast, by ``dsg_category`` and ``need``.
        costs: Pounds of the year by ``dsg_category`` and ``need``, of categories of which they are told in full.

    Returns:
        One row a category, need and component: ``dsg_category``, ``need``, ``component``, ``value`` (whole pounds, overspend positive).
        The need is empty for what is told by category alone. For each category the values add to forecast less budget.
    """
    sums = planned.groupby("dsg_category")[["years", "cost"]].sum()
    sums = sums[(sums["years"] > 0) & (sums["cost"] != 0) & sums.index.isin(budget.index)]
    cells = planned.rename(columns={"years": "planned"}).join(years.rename("now"), how="outer").fillna(0.0)
    category = cells.index.get_level_values("dsg_category")
    cells, category = cells[category.isin(sums.index)], category[category.isin(sums.index)]
    now = cells["now"].groupby("dsg_category").sum()
    growth = now.sum() / sums["years"].sum() if len(sums) else 0.0
    grown = category.map(now / sums["years"]).to_numpy()
    average = pd.Series(category.map(sums["cost"] / sums["years"]), cells.index)
    price = (cells["cost"] / cells["planned"].where(cells["planned"] != 0)).fillna(average)
    at_budget = cells["now"] * price
    found = pd.DataFrame(
        {
            "volume": cells["cost"] * (growth - 1),
            "category_mix": cells["cost"] * (grown - growth),
            "need_mix": at_budget - cells["cost"] * grown,
            "rate": (costs.reindex(cells.index) - at_budget).where(category.isin(costs.index.get_level_values(0))),
        }
    ).rename_axis(index=["dsg_category", "need"])
    whole = pd.DataFrame(0.0, index=budget.index, columns=COMPONENTS)
    whole.loc[sums.index, OF_PLACES] = found[OF_PLACES].groupby("dsg_category").sum()
    rest = (forecast[sums.index] - at_budget.groupby("dsg_category").sum()).astype(float)
    placed = now > 0
    whole.loc[sums.index, "rate"] = rest.where(placed, 0.0)
    whole.loc[sums.index, "not_explained"] = rest.mask(placed, 0.0)
    whole.loc[sums.index, "budget_not_in_places"] = sums["cost"] - budget[sums.index]
    others = budget.index.difference(sums.index)
    whole.loc[others, "without_places"] = (forecast - budget)[others].astype(float)
    parts = [_of_category(name, whole.loc[name], found, int(forecast[name] - budget[name])) for name in budget.index]
    return pd.concat(parts, ignore_index=True)


def _of_category(name: str, whole: pd.Series, found: pd.DataFrame, variance: int) -> pd.DataFrame:
    """The components of one category in whole pounds, and below them the needs where they are told."""
    rounded = apportioned(whole, variance)
    parts = []
    for component, total in rounded.items():
        by_need = found.loc[[name], component].dropna().droplevel(0) if component in found and name in found.index else found.iloc[:0, 0]
        if component not in OF_PLACES or by_need.empty:
            by_need = pd.concat([by_need, pd.Series({BY_CATEGORY_ALONE: whole[component] - by_need.sum()})])
        values = apportioned(by_need, int(total))
        parts.append(pd.DataFrame({"need": values.index, "value": values.to_numpy()}).assign(component=component))
    return pd.concat(parts).assign(dsg_category=name)[["dsg_category", "need", "component", "value"]]
