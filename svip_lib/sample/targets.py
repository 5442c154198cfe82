"""What the synthetic children should add up to: Medway's published record, and three shares that nobody publishes.

Source: Department for Education, Education, health and care plans, reporting years 2022, 2024, 2025 and 2026 (Open Government
Licence v3.0). Counts are of one January or calendar year; the sampler takes them as weights and scales them to the plans asked for.
"""

from dataclasses import dataclass
from io import StringIO

import numpy as np
import pandas as pd

BANDS = ["under_5", "5_to_10", "11_to_15", "16_to_19", "20_to_24"]
BAND_STARTS = [5, 11, 16, 20]  # the first age of every band after the first


@dataclass(frozen=True)
class Flow:
    """A calendar year's work and the January plans it led to; shares run from 0 to 1."""

    plans: int
    requests: int
    refused: int
    awaiting: int
    withdrawn: int
    issued: int
    in_20_weeks: float
    over_a_year: float
    exempt: float
    in_6_weeks: float
    ceased: int


# By census year. Not published, and therefore assumed: for 2022 the requests still awaiting a decision (12 %) and the decisions within
# six weeks (half); for 2025 the plans that ceased (as in 2024).
FLOWS = {
    2023: Flow(2854, 309, 54, 37, 0, 180, 0.661, 0.0, 47 / 180, 0.5, 336),
    2024: Flow(3175, 964, 138, 248, 5, 380, 0.237, 5 / 380, 38 / 380, 0.365, 220),
    2025: Flow(3041, 989, 180, 121, 0, 377, 0.117, 108 / 377, 7 / 377, 0.228, 173),
    2026: Flow(4287, 1159, 219, 138, 0, 1121, 0.203, 0.411, 87 / 1121, 0.838, 173),
}
NOT_ISSUED = 54 / 377  # assessments that ended without a plan, for each that ended with one, 2024
TRANSFERRED_IN = 0.013  # of the plans: assumed, not published
WITHDRAWN = 0.003  # of the requests, where the year has none: assumed, so that the outcome occurs
BACKLOG = 0.1  # requests of the year before that were decided only in the year, for each request of the year: assumed
MALE = 0.684  # January 2026
RESIDENTIAL = 10 / 1682  # of children aged 11 or over in special schools: 10 of all plans in January 2025
INTERNSHIPS = 56 / 358  # of young people in further education, January 2025
REVIEWED = {"this year": 0.40, "last year": 0.51}  # plans over a year old by their last review meeting, 2024
REVIEW_IN_4_WEEKS = 0.69
REVIEW_OUTCOMES = {"A": 1679, "M": 737, "C": 1}
CEASE_REASONS = {"2": 50, "3": 17, "4": 36, "5": 259, "6": 197, "7": 6, "8": 1, "9": 156, "1": 7}  # 2022 to 2024 together

# Requests of 2025 by source: how many, how many were refused, and how many of the rest wait (school 10.0 %, parents 11.9 %).
SOURCES = pd.DataFrame(
    {"share": [0.383, 0.578, 0.001, 0.013, 0.024], "refused": [0.356, 0.087, 0.087, 0.087, 0.2]}, index=["1", "2", "3", "4", "5"]
)
AGE_BANDS = dict(zip(BANDS, [100, 853, 1024, 594, 126], strict=True))  # January 2022
# Single years within a band, January 2025: age on the 31 August before, from 2 to 24.
AGES = np.array([1, 5, 44, 135, 148, 143, 160, 199, 182, 268, 247, 242, 214, 224, 211, 199, 139, 123, 81, 30, 24, 13, 9])
AGES_OF_NEW = np.array([5, 37, 56, 36, 24, 25, 31, 31, 60, 28, 14, 7, 11, 6, 1, 3, 1, 1, 0.2, 0.2, 0.2, 0.2, 0.2])  # plans issued in 2024
AGES_OF_REQUESTS = np.array([13, 94, 132, 70, 69, 64, 74, 89, 113, 63, 48, 50, 42, 36, 16, 7, 3, 2, 2, 1, 1, 0, 0])  # 2024
FIRST_AGE = 2
ETHNICITY = dict(
    WBRI=2177, BAFR=181, NOBT=130, WOTH=128, MOTH=73, MWBC=51, MWBA=44, AIND=36, ABAN=36, MWAS=34, WROM=30, REFU=30, AOTH=23, OOTH=21,
    APKN=14, BCRB=13, BOTH=12, WIRI=4, CHNE=3, WIRT=1,
)  # fmt: skip

# Plans by group and age, January 2025. Two departures: NEET and 'other' are told of young people from 16 only, as their codes mean.
# `kind` says how needs are drawn, `types` the GIAS type codes of the invented establishments, `each` how many of its plans one has.
GROUPS = pd.read_csv(
    StringIO("""\
group,kind,setting,types,unit,each,under_5,5_to_10,11_to_15,16_to_19,20_to_24
mainstream_la_maintained,mainstream,,1|2|5,0,8,7,76,17,0,0
mainstream_la_maintained_senunit,mainstream,,1,1,18,0,0,1,0,0
mainstream_academy,mainstream,,34|28,0,8,16,247,166,14,0
mainstream_academy_senunit,mainstream,,34,1,18,1,134,131,3,0
mainstream_free_school,mainstream,,35,0,8,0,1,14,1,0
mainstream_independent,mainstream,,11,0,4,0,1,7,5,0
special_la_maintained,special,,7|12,0,110,7,124,118,42,0
special_academy_free,special,,44|36|33,0,110,14,276,452,147,0
special_independent,special,,10,0,12,0,54,207,52,0
special_non_maintained,special,,8,0,7,0,2,5,6,0
ap_pru_academy,elsewhere,,42,0,9,0,14,3,0,0
general_fe_tertiary_colleges,college,,18,0,60,0,0,0,184,60
specialist_post_16_institutions,college,,32,0,15,0,0,0,69,45
elective_home_education,elsewhere,EHE,,0,0,0,14,23,0,0
other_arrangements_la,elsewhere,OLA,,0,0,0,7,15,24,1
other_placement_settings,elsewhere,OTH,,0,0,0,0,0,20,6
neet,elsewhere,NEET,,0,0,0,0,0,80,36
nm_early_years,mainstream,EYP,,0,0,3,0,0,0,0
placement_unknown,elsewhere,,,0,0,2,7,15,51,14
"""),
    index_col="group",
    keep_default_na=False,
)
# Plans by primary need: by age in January 2025, and by the kind of placement. The blank is a need that was not recorded.
NEEDS = pd.read_csv(
    StringIO("""\
need,under_5,5_to_10,11_to_15,16_to_19,20_to_24,mainstream,special,college,elsewhere
ASD,14,375,397,221,60,273,555,135,103
SLCN,22,322,202,71,6,265,283,43,31
SEMH,1,81,239,157,20,100,212,60,125
MLD,1,56,160,112,45,54,215,72,33
SLD,1,31,46,43,9,1,109,9,11
SPLD,1,13,66,23,5,52,29,17,9
PD,5,31,18,18,3,28,35,4,8
OTH,1,19,25,10,4,17,31,9,2
HI,2,15,10,13,2,27,4,7,4
VI,1,7,16,1,1,17,4,2,2
PMLD,2,10,8,2,1,1,22,1,1
MSI,1,2,2,1,1,2,2,1,1
,2,5,6,1,2,7,5,1,4
"""),
    index_col="need",
    keep_default_na=False,
)
# The needs of January 2025 as published; the table above adds ones where a nought would forbid what is only rare.
NEED_TOTALS = dict(ASD=1067, SLCN=623, SEMH=497, MLD=374, SLD=130, SPLD=107, PD=75, OTH=59, HI=42, VI=25, PMLD=22, MSI=4) | {"": 16}


def shares(weights, count: int) -> np.ndarray:
    """Return whole numbers in proportion to weights that add to a count, by the largest remainder.

    Args:
        weights: Numbers from nought; at least one above it.
        count: What the numbers shall add to.

    Example:
        >>> shares([2, 1, 1], 5).tolist()
        [3, 1, 1]
    """
    weights = np.asarray(weights, dtype=float)
    exact = weights / weights.sum() * count
    whole = np.floor(exact).astype(int)
    largest = np.argsort(whole - exact, kind="stable")[: count - whole.sum()]
    whole[largest] += 1
    return whole


def fitted(seed: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return a table in the proportions of a seed that adds to given totals of rows and columns (iterative proportional fitting).

    Args:
        seed: Weights, rows by columns; a nought stays nought.
        rows: Totals of the rows.
        columns: Totals of the columns, to the same sum; they are met last and so exactly.

    Example:
        >>> fitted(np.ones((2, 2)), np.array([3, 1]), np.array([2, 2])).tolist()
        [[1.5, 1.5], [0.5, 0.5]]
    """
    table = seed.astype(float)
    for _ in range(60):
        table *= (rows / np.maximum(table.sum(axis=1), 1e-12))[:, None]
        table *= columns / np.maximum(table.sum(axis=0), 1e-12)
    return table
