"""The forecasts tried on the past: made from every January with what was known then, and held against what came."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from svip_lib.outlook import donors, flows, leading
from svip_lib.outlook.panel import SETTINGS, Panel
from svip_lib.outlook.score import RANGES, RIVALS, crps, held, share_off

ORIGINS, HORIZON, SIMULATIONS = range(2018, 2025), donors.HORIZON, 1000
AFTER_COLLEGES = 2020  # before it, colleges came into the counts and every share moved for that alone
FROM_FLOWS = 2021  # the first January with two years of new plans behind it
METHOD, FLOWS, BLENDED = "England's growth", "stock and flow (from 2021)", "both, averaged (from 2021)"
BARE = "stock and flow, no shared shocks (from 2021)"
ASKED = "England's growth and requests (from 2021)"
STEPS = np.arange(-0.05, 0.5, 0.05)  # growth that a sentence could speak of
ENOUGH = 100  # cases, for a share of them to mean something
WORTH = 0.2  # percentage points: nearer methods are the same, because the best of several is partly luck


@dataclass(frozen=True)
class Mark:
    """What a forecast has to reach: values by years ahead, each with the limits it must lie in."""

    id: str
    says: str
    values: tuple[float, ...]
    limits: tuple[tuple[float, float], ...]

    @property
    def reached(self) -> bool:
        """Tell whether every value lies in its limits."""
        return all(low <= value <= high for value, (low, high) in zip(self.values, self.limits, strict=True))

    def __str__(self) -> str:
        """The mark in one line."""
        told = ", ".join(f"{value:.2f} ({low:g} to {high:g})" for value, (low, high) in zip(self.values, self.limits, strict=True))
        return f"{self.id:4}{'reached' if self.reached else 'MISSED':9}{self.says}: {told}"


@dataclass(frozen=True)
class Backtest:
    """What came of it.

    Attributes:
        points: Mean absolute error in per cent by method, years ahead and origin.
        ranges: By origin and years ahead: whether the ranges held, in per cent of the councils, and the score.
        shares: By origin, years ahead and setting: errors in percentage points, and whether the 80% range held.
        stated: By tenths of the chance that was stated in advance: the mean of those stated, how often it came so, how many cases.
    """

    points: pd.DataFrame
    ranges: pd.DataFrame
    shares: pd.DataFrame
    stated: pd.DataFrame

    def mean(self, method: str) -> pd.Series:
        """Return a method's error by years ahead."""
        return self.points[self.points["method"] == method].groupby("ahead")["error"].mean()

    def marks(self) -> list[Mark]:
        """Return every mark: research set them before this code was written, a little looser than what it had measured itself."""
        error, ranges = self.mean(METHOD), self.ranges[self.ranges["method"] == METHOD]
        pooled, bare = ranges.groupby("ahead"), self.ranges[self.ranges["method"] == BARE].groupby("ahead")["held_80"].mean()
        told = [Mark("A1", "mean error in per cent", tuple(error), ((0, 4.45), (0, 7.2), (0, 9.4)))]
        gains = {
            "the last value": (50, 55, 60),
            "a line through five years": (18, 14, 14),
            "the authority's own growth": (13, 22, 28),
            "damped smoothing": (12, 18, 24),
        }
        for rival, least in gains.items():
            better = 100 * (1 - error / self.mean(rival))
            told.append(Mark("A2", f"better than {rival} by per cent", tuple(better), tuple((each, 100) for each in least)))
        told.append(Mark("A3", "score (CRPS) in per cent of the count", tuple(pooled["score"].mean()), ((0, 3.2), (0, 5.2), (0, 6.8))))
        told.append(Mark("A4", "80% range held, per cent", tuple(pooled["held_80"].mean()), ((75, 86),) * HORIZON))
        cells = ranges["held_80"].min(), ranges["held_80"].max()
        told.append(Mark("A4", "80% range held, the worst and the best January", cells, ((70, 92),) * 2))
        told.append(Mark("A5", "50% range held, per cent", tuple(pooled["held_50"].mean()), ((46, 60),) * HORIZON))
        told.append(Mark("A5", "95% range held, per cent", tuple(pooled["held_95"].mean()), ((93, 98.5),) * HORIZON))
        told.append(Mark("A6", "without shared shocks the 80% range must fail", tuple(bare), ((0, 40),) * HORIZON))
        shares = self.shares.set_index("setting").groupby(["setting", "ahead"]).mean()
        mainstream = shares.loc["mainstream"]
        told.append(Mark("A7", "mainstream share, points", tuple(mainstream["error"]), ((0, 2.45), (0, 3.6), (0, 4.4))))
        worse = 100 * (mainstream["error"] / mainstream["last_value"] - 1)
        told.append(Mark("A7", "mainstream share, worse than the last value by per cent", tuple(worse), ((-100, 5),) * HORIZON))
        for setting, limits in (("mainstream", (74, 87)), ("special_state", (78, 92)), ("independent", (76, 88))):
            told.append(Mark("A8", f"{setting}, 80% range held", tuple(shares.loc[setting, "held_80"]), (limits,) * HORIZON))
        enough = self.stated[self.stated["cases"] >= ENOUGH]
        gap = (enough["stated"] - enough["came"]).abs().max()
        told.append(Mark("A9", "stated chance off what came, at most", (gap,), ((0, 0.13),)))
        return told

    def lines(self) -> Iterator[str]:
        """Return what is printed of it: errors by method, ranges by January, chances that were stated, the contest and every mark."""
        told = self.points.groupby(["method", "ahead"])["error"].mean().unstack().round(2)
        heading = f"Mean error in per cent, by years ahead, forecasts from January {ORIGINS[0]} to {ORIGINS[-1]}"
        yield f"{heading}:\n{told.to_string(na_rep='not tried')}"
        ours = self.ranges[self.ranges["method"] == METHOD].drop(columns="method").round(1)
        yield f"Ranges that held, per cent of councils, and the score (CRPS) in per cent:\n{ours.to_string(index=False)}"
        yield f"Chances as stated and as they came:\n{self.stated.round(2).to_string(index=False)}"
        yield self.contest()
        yield from map(str, self.marks())

    def contest(self) -> str:
        """Say whether another method beats the headline's, by a rule that was fixed before any was scored.

        The rule: better at every horizon by more than ``WORTH`` points, on the Januaries that both can forecast from.
        """
        cells = self.points[self.points["origin"] >= FROM_FLOWS].pivot(index=["ahead", "origin"], columns="method", values="error")
        told, better = [], []
        for name in (FLOWS, BLENDED, ASKED):
            both = cells[[METHOD, name]].dropna().groupby("ahead").mean().reindex(range(1, HORIZON + 1))
            gain = both[METHOD] - both[name]
            theirs, ours = (" / ".join(both[column].map("{:.2f}".format).replace("nan", "not tried yet")) for column in (name, METHOD))
            told.append(f"{name} {theirs} where the headline has {ours}")
            better += [name] * bool((gain > WORTH).all())
            if gain.isna().any() and (gain.dropna() > WORTH).all():
                told[-1] += f", better by more than {WORTH} points wherever it could be tried"
        verdict = f"{better[0]} beats it" if better else f"none beats it by more than {WORTH} points at every horizon"
        return f"Origins {FROM_FLOWS} to {ORIGINS[-1]}, mean error in per cent, 1 / 2 / 3 years ahead: {'; '.join(told)}. So {verdict}."


def run(panel: Panel, new: np.ndarray, requests: np.ndarray, *, simulations: int = SIMULATIONS) -> Backtest:
    """Make every forecast again as it would have been made, and hold it against what came.

    Args:
        panel: All that was counted since.
        new: New plans, as from ``flows.by_year``.
        requests: Requests, in the same form.
        simulations: How many futures each time.
    """
    points, ranges, shares, stated = [], [], [], []
    every = np.arange(len(panel.areas))
    for origin in ORIGINS:
        now = panel.until(origin)
        drawn = donors.draw(now, every, simulations=simulations, seed=origin)
        middles = {METHOD: donors.expected(now)} | {name: rival(now, HORIZON) for name, rival in RIVALS.items()}
        clouds = {METHOD: drawn.total}
        if origin >= FROM_FLOWS:
            how = {"simulations": simulations, "seed": origin, "horizon": HORIZON}
            clouds |= {FLOWS: flows.draw(now, new, **how), BARE: flows.draw(now, new, **how, shocks=False)}
            middles[FLOWS] = np.median(clouds[FLOWS], axis=1)
            middles[BLENDED] = np.sqrt(middles[FLOWS] * middles[METHOD])
            middles[ASKED] = leading.expected(now, requests, HORIZON)
        for ahead in range(1, min(HORIZON, panel.years[-1] - origin) + 1):
            when, came = {"origin": origin, "ahead": ahead}, panel.total[:, panel.at(origin + ahead)]
            tried = {name: told[:, ahead - 1] for name, told in middles.items() if np.isfinite(told[:, ahead - 1]).any()}
            points += [when | {"method": name, "error": share_off(told, came)} for name, told in tried.items()]
            ranges += [when | {"method": name} | _range(told[:, :, ahead - 1], came) for name, told in clouds.items()]
            if origin >= AFTER_COLLEGES:
                shares += [when | told for told in _shares(now, drawn.shares[:, :, ahead - 1], panel.settings[:, panel.at(origin + ahead)])]
            limits = now.total[:, -1:] * (1 + STEPS * ahead)
            chance = (drawn.total[:, :, ahead - 1][:, :, None] <= limits[:, None, :]).mean(axis=1)
            stated.append(pd.DataFrame({"ahead": ahead, "stated": chance.ravel(), "came": (came[:, None] <= limits).ravel()}))
    chances = pd.concat(stated)
    chances["tenth"] = (chances["stated"] * 10).astype(int).clip(0, 9)
    told = chances.groupby("tenth").agg(stated=("stated", "mean"), came=("came", "mean"), cases=("came", "size")).reset_index()
    return Backtest(pd.DataFrame(points), pd.DataFrame(ranges), pd.DataFrame(shares), told)


def _range(drawn: np.ndarray, came: np.ndarray) -> dict[str, float]:
    known = ~np.isnan(drawn).any(axis=1)
    told = {f"held_{percent}": 100 * held(drawn[known], came[known], percent).mean() for percent in RANGES}
    return told | {"score": float((crps(drawn[known], came[known]) / came[known]).mean() * 100)}


def _shares(now: Panel, drawn: np.ndarray, counted: np.ndarray) -> list[dict]:
    came, last = (counts / counts.sum(axis=1, keepdims=True) for counts in (counted, now.settings[:, -1]))
    known = ~np.isnan(came).any(axis=1) & ~np.isnan(last).any(axis=1)
    return [
        {
            "setting": setting,
            "error": 100 * np.abs(np.median(drawn[known, :, place], axis=1) - came[known, place]).mean(),
            "last_value": 100 * np.abs(last[known, place] - came[known, place]).mean(),
            "held_80": 100 * held(drawn[known, :, place], came[known, place], 80).mean(),
        }
        for place, setting in enumerate(SETTINGS)
    ]
