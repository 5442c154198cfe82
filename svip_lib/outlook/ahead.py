"""The outlook of one council: what may come, and what may be done about it, as figures in the one shape; and how well such figures did."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import pandas as pd

from svip_lib.config.agreement import Mitigation
from svip_lib.config.assurance import Switch
from svip_lib.config.periods import ACADEMIC, QUARTERLY, academic_year_of_january, six_digits
from svip_lib.config.result import CARRY_ON, COLUMNS, FORECAST, FROM, TOGETHER
from svip_lib.outlook import backtest, donors, flows, one_count
from svip_lib.outlook.money import ASSUMED, BALANCE, Position, balances
from svip_lib.outlook.panel import SETTINGS, Panel, read_panel
from svip_lib.outlook.scenarios import Future, changed, fractions, spilled

PLANS, MAINSTREAM = "ehc_plans_count", "placements_mainstream_percent"
QUANTILES = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
SIMULATIONS, TRIALS, SEED = 10_000, 300, 20_221_129
PUBLISHED_IN = 6  # the month
FURTHEST = 4  # Januaries that the forecast of an earlier day looks ahead
REGISTERS = {
    "outlook": ["mode", "method", "starts", "counted", "councils", "donors", "simulations", "why", "absent", "switches"],
    "growth": ["planned_from", "planned_until", "planned", "first", "last", "as_low", "councils"],
    "targets": ["scenario", "target", "time_period", "time_identifier", "chance", "origin"],
    "outlook_money": ["what", "said", "origin"],
}
METHOD = (
    "England's growth over three years, with a fifth of the council's own beside it, and the errors that the same method made elsewhere"
)


@dataclass(frozen=True)
class Outlook:
    """What may come, and what that rests on.

    Attributes:
        rows: Figures with ``measure`` forecast: a row a January or year ahead and quantile. Their ``scenario`` says whether they start
            from the newest January, or from an earlier one and with what was known then, and what is done.
        registers: As words: ``outlook`` (what it was made from, or why there is none), ``growth`` (how many councils held growth as low
            as the plan's), ``targets`` (the chance of each target, and of all of them together, in each scenario) and ``outlook_money``
            (what the money rests on).
    """

    rows: pd.DataFrame
    registers: dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Known:
    """What is agreed and known of a council beside its counts.

    Attributes:
        plan: What was agreed of plans and of the mainstream share: ``indicator``, ``january``, ``value`` and ``as_at`` (the day of its
            paper).
        mitigations: What the council does, as its agreement states it.
        switches: Changes of policy that are switched on.
        position: Where its money stands; none without a ledger.
        printed: What its own papers print as counted: ``january`` and ``value``; used where nothing is published of it.
    """

    plan: pd.DataFrame
    mitigations: tuple[Mitigation, ...] = ()
    switches: tuple[Switch, ...] = ()
    position: Position | None = None
    printed: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["january", "value"]))


def look_ahead(rows: pd.DataFrame, authorities: list[str], area: str, as_at: date, known: Known) -> Outlook:
    """Return the outlook of a council.

    Args:
        rows: Every published row that could be known on the day.
        authorities: The codes of today's local authorities.
        area: The council's code.
        as_at: The day.
        known: What is agreed and known of the council beside its counts.

    Source: DfE, *Education, health and care plans*: January counts of every authority since 2010, new plans by calendar year.
    """
    table = {name: rows[rows["table"] == name] for name in ("plans", "new_plans")}
    panel = read_panel(table["plans"], authorities) if len(table["plans"]) else None
    if panel is None or area not in panel.areas:
        why = panel.left_out.get(area, "no count of its plans is published") if panel else "no counts of plans are published"
        return _from_one_count(table["plans"], area, as_at, why, known)
    plan = known.plan[known.plan["indicator"] == PLANS]
    newest, whole = _newest(panel, area), panel.whole()
    agreed = min(_counted_before(plan["as_at"].min()), newest) if len(plan) else newest
    new = flows.by_year(table["new_plans"], "new_ehc_plans", panel)
    starts = {agreed: min(FURTHEST, newest - agreed), newest - 1: 1, newest: donors.HORIZON}  # where two are the same, the last counts
    unplanned = replace(known, mitigations=())  # nobody made a plan in any other January, so nothing is done from there
    views = [
        _View(panel, area, start, ahead, new, known if start in (agreed, newest) else unplanned, newest=start == newest)
        for start, ahead in starts.items()
    ]
    published = of_plans(area, table["plans"].loc[table["plans"]["area"] == area, "source_id"].iloc[0])
    figures = in_shape(pd.concat([view.rows(published) for view in views]), as_at)
    origins = donors.errors(panel.until(newest)).origins
    switched = "; ".join(f"{switch.says} (no longer than {switch.valid_until})" for switch in known.switches)
    told = {
        "mode": 1,
        "method": METHOD,
        "starts": newest,
        "counted": "the newest published count",
        "councils": len(panel.areas),
        "donors": f"{origins[0]} to {origins[-1]}",
    }
    registers = {
        "outlook": _about(REGISTERS["outlook"], **told, simulations=SIMULATIONS, switches=switched),
        "growth": _growth(whole, panel.total[panel.areas.index(area), panel.at(agreed)], agreed, plan),
        "targets": pd.DataFrame([row for view in views for row in view.chances()], columns=REGISTERS["targets"]),
        "outlook_money": _money_basis(known.position),
    }
    return Outlook(figures, {name: register.astype("str") for name, register in registers.items()})


def of_plans(area: str, source: str, origin: str = "published") -> dict[str, str]:
    """Return what every forecast of a council's January plans has in common."""
    told = {"area": area, "base": "all_ehc_plans", "origin": origin, "source_id": source}
    return told | {"breakdown": "", "category": "", "time_identifier": ACADEMIC}


def in_shape(told: pd.DataFrame, as_at: date) -> pd.DataFrame:
    """Complete forecasts to figures in the one shape."""
    return told.assign(measure=FORECAST, as_at=as_at.isoformat(), shorthand="", numerator=float("nan"), denominator=float("nan"))[COLUMNS]


def look_back(rows: pd.DataFrame, authorities: list[str], simulations: int = backtest.SIMULATIONS) -> backtest.Backtest:
    """Return how forecasts would have done for all councils; arguments as for ``look_ahead``."""
    whole = read_panel(rows[rows["table"] == "plans"], authorities).whole()
    columns = {"new_plans": "new_ehc_plans", "requests": "requests_received_in_year"}
    new, requests = (flows.by_year(rows[rows["table"] == table], column, whole) for table, column in columns.items())
    return backtest.run(whole, new, requests, simulations=simulations)


def trial(rows: pd.DataFrame, authorities: list[str]) -> pd.DataFrame:
    """Return what the trial on the past says, as words: each method's mean error, and how often its 80% range held, both in per cent."""
    tried = look_back(rows, authorities, TRIALS)
    error = tried.points.groupby(["method", "ahead"])["error"].mean().map("{:.1f}".format)
    held = tried.ranges.groupby(["method", "ahead"])["held_80"].mean().map("{:.0f}".format)
    return pd.concat([error, held], axis=1).fillna("").reset_index().astype("str")


def _from_one_count(plans: pd.DataFrame, area: str, as_at: date, why: str, known: Known) -> Outlook:
    """The outlook of a council whose counts cannot be compared over the years, for a reason; none where it has no count either."""
    registers = {name: pd.DataFrame(columns=columns) for name, columns in REGISTERS.items()}
    start = one_count.start(plans, area, known.printed)
    if start is None:
        return Outlook(pd.DataFrame(columns=COLUMNS), registers | {"outlook": _about(REGISTERS["outlook"], absent=why)})
    drawn = one_count.draw(start, simulations=SIMULATIONS, seed=SEED, horizon=donors.HORIZON)
    source = plans.loc[plans["area"] == area, "source_id"]
    told = of_plans(area, source.iloc[0] if len(source) else "") | {"indicator": PLANS, "scenario": CARRY_ON}
    periods = [academic_year_of_january(start.january + ahead) for ahead in range(1, donors.HORIZON + 1)]
    about = {"mode": 0, "method": start.method, "starts": start.january, "counted": start.counted, "simulations": SIMULATIONS, "why": why}
    about["switches"] = "not taken into account" * bool(known.switches)
    registers["outlook"] = _about(REGISTERS["outlook"], **about).astype("str")
    return Outlook(in_shape(quantiles(drawn, 0, **told, time_period=periods), as_at), registers)


class _View:
    """What one January lets be seen of the next, in every scenario: futures, their money, and the chance of each target."""

    def __init__(self, panel: Panel, area: str, start: int, ahead: int, new: np.ndarray, known: Known, *, newest: bool):
        self.start, self.newest, self.known = start, newest, known
        self.januaries = [start + year for year in range(1, ahead + 1)]
        self.periods = [academic_year_of_january(january) for january in self.januaries]
        now, row = panel.until(start), panel.areas.index(area)
        self.counted = now.settings[row]
        common = donors.COMMON[:ahead].copy()
        for switch in known.switches:
            common = np.where([january >= switch.january for january in self.januaries], np.maximum(common, switch.spread / 100), common)
        drawn = donors.draw(now, np.array([row]), simulations=SIMULATIONS, seed=SEED, horizon=ahead, common=common)
        leaving = float(np.nan_to_num(flows.rates(now, new[:, : len(now.years)])[1][row, 0]))
        future = drawn.total[0], drawn.shares[0]
        switched = [_as_mitigation(switch, self.januaries) for switch in known.switches]
        future = changed(future, now.total[row, -1], self.periods, switched, np.ones((len(switched), SIMULATIONS)), leaving)
        done = [entry for entry in known.mitigations if set(entry.changes) & set(self.periods)]
        self.futures: dict[str, Future] = {}
        for scenario, delivered in fractions(done, SIMULATIONS, SEED).items():
            if done or scenario == CARRY_ON:
                self.futures[scenario] = changed(future, now.total[row, -1], self.periods, done, delivered, leaving)
        self.balances = {scenario: self._balances(future) for scenario, future in self.futures.items()}

    def rows(self, published: dict[str, str]) -> pd.DataFrame:
        """The quantiles of every scenario; what is made from published counts alone takes over what is told of those."""
        parts = []
        for scenario, (total, shares) in self.futures.items():
            told = {PLANS: (total, 0), MAINSTREAM: (100 * shares[:, :, SETTINGS.index("mainstream")], 4)}
            common = published | {"scenario": self._named(scenario), "time_period": self.periods}
            parts += [quantiles(*values, **common, indicator=indicator) for indicator, values in told.items()]
            for category, values in self.balances[scenario].items():
                ends = [f"{six_digits(self.known.position.year + ahead)}Q4" for ahead in range(values.shape[1])]
                common = self.known.position.constant | {"scenario": self._named(scenario), "time_period": ends, "indicator": BALANCE}
                common |= {"breakdown": "high_needs_balance", "category": category, "time_identifier": QUARTERLY}
                parts.append(quantiles(values, -3, **common))
        return pd.concat(parts, ignore_index=True)

    def chances(self) -> Iterator[list]:
        """The chance of each target of each January or year ahead, and of the last of each together, from the same futures."""
        for scenario, (total, shares) in self.futures.items():
            mainstream, last = 100 * shares[:, :, SETTINGS.index("mainstream")], {}
            for row in self.known.plan.itertuples():
                if row.january in self.januaries:
                    at = self.januaries.index(row.january)
                    met = total[:, at] <= row.value if row.indicator == PLANS else mainstream[:, at] >= row.value
                    last[row.indicator] = met
                    yield self._chance(scenario, row.indicator, self.periods[at], ACADEMIC, met, "published")
            for name, values in self.balances[scenario].items():
                for ahead, column in enumerate(values.T):
                    last[name] = column >= 0
                    end = f"{six_digits(self.known.position.year + ahead)}Q4"
                    yield self._chance(scenario, name, end, QUARTERLY, last[name], self.known.position.constant["origin"])
            if len(last) > 1:
                origin = self.known.position.constant["origin"] if self.balances[scenario] else "published"
                yield self._chance(scenario, TOGETHER, "", "", np.logical_and.reduce(list(last.values())), origin)

    def _chance(self, scenario: str, target: str, period: str, identifier: str, met: np.ndarray, origin: str) -> list:
        return [self._named(scenario), target, period, identifier, f"{met.mean():.4f}", origin]

    def _named(self, scenario: str) -> str:
        if self.newest:
            return scenario
        return f"{FROM}{self.start}" + ("" if scenario == CARRY_ON else f"_{scenario}")

    def _balances(self, future: Future) -> dict[str, np.ndarray]:
        """The balances of the years after the ledger's; none from an earlier January, or where the ledger does not reach so far."""
        position, first = self.known.position, self.start - len(self.counted) + 1
        if not self.newest or position is None or not first < position.year < self.januaries[-1]:
            return {}
        if np.isnan(self.counted[position.year - 1 - first :]).any():
            return {}
        places = np.inf if position.free_places is None else self.counted[-1, SETTINGS.index("special_state")] + position.free_places
        total, shares = spilled(future, places)
        counted = np.broadcast_to(self.counted, (SIMULATIONS, *self.counted.shape))
        return balances(np.hstack([counted, total[:, :, None] * shares])[:, position.year - 1 - first :], position, SEED)


def quantiles(values: np.ndarray, decimals: int, **told: str | list[str]) -> pd.DataFrame:
    """Return the quantiles of futures, simulation × period, a row a quantile and period."""
    parts = [
        pd.DataFrame(told | {"quantile": str(quantile), "value": np.round(path, decimals)})
        for quantile, path in zip(QUANTILES, np.quantile(values, QUANTILES, axis=0), strict=True)
    ]
    return pd.concat(parts, ignore_index=True)


def _as_mitigation(switch: Switch, januaries: list[int]) -> Mitigation:
    """What a change of policy does to growth, as a change of a rate like any other."""
    changes = {academic_year_of_january(january): switch.growth if january >= switch.january else 0.0 for january in januaries}
    return Mitigation.model_construct(rate="growth", changes=changes)


def _about(columns: list[str], **told: object) -> pd.DataFrame:
    return pd.DataFrame([dict.fromkeys(columns, "") | told], columns=columns)


def _money_basis(position: Position | None) -> pd.DataFrame:
    """What the money ahead rests on."""
    if position is None:
        return pd.DataFrame(columns=REGISTERS["outlook_money"])
    free = "full when the free places of the council's list are taken; whoever finds none goes to an independent school"
    told = {"Starts from": f"the ledger's forecast of the financial year that ends in {position.year}"} | ASSUMED
    told["State special schools"] = "never full, because the council supplies no list of places" if position.free_places is None else free
    return pd.DataFrame([[what, said, position.constant["origin"]] for what, said in told.items()], columns=REGISTERS["outlook_money"])


def _counted_before(day: str) -> int:
    """The last January whose count was published by a day: DfE publishes it in June."""
    return int(day[:4]) - (int(day[5:7]) < PUBLISHED_IN)


def _newest(panel: Panel, area: str) -> int:
    """The newest January of which a council's count is published, by setting too, and England's."""
    counts = panel.settings[panel.areas.index(area)].sum(axis=1) + panel.england_settings.sum(axis=1)
    return int(panel.years[~np.isnan(counts)][-1])


def _growth(panel: Panel, first: float, agreed: int, plan: pd.DataFrame) -> pd.DataFrame:
    """How many councils held the growth of their plans as low as the agreement means to, over as many years."""
    end, last = int(plan["january"].max()) if len(plan) else agreed, int(panel.years[-1])
    if end <= agreed:  # there is no plan, or none that looks ahead
        return pd.DataFrame(columns=REGISTERS["growth"])
    planned = plan.set_index("january")["value"][end] / first - 1
    there = panel.total[:, panel.at(last)] / panel.total[:, panel.at(last - (end - agreed))] - 1
    told = [agreed, end, f"{100 * planned:.1f}", last - (end - agreed), last, int((there <= planned).sum()), int((~np.isnan(there)).sum())]
    return pd.DataFrame([told], columns=REGISTERS["growth"])
