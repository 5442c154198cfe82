"""Invents the schools and colleges of the sample, and says which child is at which.

No establishment here exists: their numbers lie in ranges that GIAS and UKRLP have not issued, and their names say SYNTHETIC.
"""

import numpy as np
import pandas as pd

from svip_lib.sample.targets import BAND_STARTS, BANDS, GROUPS, fitted, shares

FIRST_URN, FIRST_UKPRN = 900_001, 19_000_001
SECONDARY = 11  # the age at which mainstream children change school
LOW_AND_HIGH = {"mainstream": (2, 11), "secondary": (11, 19), "special": (2, 19), "elsewhere": (5, 16), "college": (16, 25)}
NAMES = {"34": "Academy", "28": "Academy", "35": "Free School", "18": "College", "32": "Specialist College", "42": "PRU Academy"}
NAMES |= dict.fromkeys(["1", "2", "5", "11"], "School")


def bands_of(ages: np.ndarray) -> np.ndarray:
    """Return the number of the age band of each age, from 0 for the youngest."""
    return np.searchsorted(BAND_STARTS, ages, side="right")


def draw_groups(ages: np.ndarray, rng: np.random.Generator, *, ceased: bool = False) -> np.ndarray:
    """Return a placement group for each child, as numbers of rows of ``GROUPS``.

    Args:
        ages: Ages on the 31 August before.
        rng: Where chance comes from.
        ceased: Whether the plans have ceased; then ages alone decide, and every placement was recorded.
    """
    bands = np.minimum(bands_of(ages), len(BANDS) - 1)
    weights = GROUPS[BANDS].to_numpy(float)
    if ceased:
        weights[GROUPS.index == "placement_unknown"] = 0
    else:
        weights = fitted(weights, shares(weights.sum(axis=1), len(ages)), np.bincount(bands, minlength=len(BANDS)))
    drawn = np.empty(len(ages), dtype=int)
    for band in range(len(BANDS)):
        chosen = np.flatnonzero(bands == band)
        if len(chosen):
            drawn[chosen] = rng.permutation(np.repeat(np.arange(len(GROUPS)), shares(weights[:, band], len(chosen))))
    return drawn


class Settings:
    """The invented establishments of one sample.

    Args:
        groups: The placement group of each child, as ``draw_groups`` returns them.
        ages: Their ages.
    """

    def __init__(self, groups: np.ndarray, ages: np.ndarray):
        pupils = np.bincount(self._stage(groups, ages), minlength=2 * len(GROUPS)).reshape(-1, 2)
        each = np.maximum(GROUPS["each"].to_numpy(int), 1)[:, None]
        wanted = np.maximum(-(-pupils // each), 1) * (GROUPS["each"].to_numpy(int) > 0)[:, None]
        wanted[~_changes_school(), 1] = 0
        self.counts = wanted.ravel()
        self.starts = np.concatenate([[0], np.cumsum(self.counts)[:-1]])
        self.table = self._invent()

    @staticmethod
    def _stage(groups: np.ndarray, ages: np.ndarray) -> np.ndarray:
        """A group's first place is its only or primary one; the second is for those of secondary age."""
        return 2 * groups + ((ages >= SECONDARY) & _changes_school()[groups])

    def _invent(self) -> pd.DataFrame:
        stage = np.repeat(np.arange(len(self.counts)), self.counts)
        group = GROUPS.iloc[stage // 2].reset_index()
        within = np.arange(len(stage)) - self.starts[stage]
        number = pd.Series(np.arange(len(stage)) + 1)
        types = group["types"].str.split("|")
        code = pd.Series([kinds[turn % len(kinds)] for kinds, turn in zip(types, within, strict=True)], dtype="str")
        ages = pd.DataFrame([LOW_AND_HIGH["secondary" if place % 2 else GROUPS["kind"].iloc[place // 2]] for place in stage])
        through = (group["group"] == "mainstream_independent").to_numpy()
        college = (group["kind"] == "college").to_numpy()
        words = code.map(NAMES).fillna("Special School")
        return pd.DataFrame(
            {
                "urn": (FIRST_URN + number - 1).astype("str").mask(college, ""),
                "ukprn": (FIRST_UKPRN + number - 1).astype("str").where(college, ""),
                "name": "SYNTHETIC " + words + " " + number.astype("str").str.zfill(2),
                "type_code": code,
                "low_age": ages[0],
                "high_age": ages[1].mask(through, 19),
                "sen_unit": group["unit"].astype(int),
                "resourced_provision": 0,
            }
        )

    def placed(self, groups: np.ndarray, ages: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Return the columns of a placement that say where: a URN, a UKPRN or the code of a setting, and the two flags.

        Args:
            groups: A placement group for each child; one without establishments or code leaves all blank.
            ages: Their ages while they are placed there.
            rng: Where chance comes from.
        """
        stage = self._stage(groups, ages)
        numbered = self.counts[stage] > 0
        index = np.where(numbered, self.starts[stage] + (rng.random(len(groups)) * self.counts[stage]).astype(int), 0)
        there = self.table.iloc[index]
        setting = GROUPS["setting"].to_numpy(object)[groups]
        return {
            "urn": np.where(numbered, there["urn"], ""),
            "ukprn": np.where(numbered, there["ukprn"], ""),
            "sensetting": np.where(numbered, "", setting),
            "sensettingother": np.where(setting == "OTH", "SYNTHETIC type of setting named", ""),
            "senunitindicator": np.where(numbered, there["sen_unit"], 0),
            "resourcedprovisionindicator": np.zeros(len(groups), dtype=int),
        }


def _changes_school() -> np.ndarray:
    """Groups whose children change from a primary to a secondary school."""
    return ((GROUPS["kind"] == "mainstream") & (GROUPS["each"].astype(int) > 0) & (GROUPS.index != "mainstream_independent")).to_numpy()
