"""The January counts of all authorities in one block."""

import numpy as np
import pandas as pd

from svip_lib.outlook.panel import ENGLAND, SETTINGS, read_panel

MEDWAY = "E06000035"


def counted(area, year, **values):
    told = {"ehcplans": 1000, "mainstream_total": 400, "special_total": 450, "special_independent": 60, "special_non_maintained": 10}
    told |= {"fe_total": 80} if year > 2014 else {}
    rows = [{"measure": name, "value": float(value)} for name, value in (told | values).items()]
    return pd.DataFrame(rows).assign(area=area, time_period=f"{year - 1}{year % 100:02}", category="")


def drawn(*areas, years=range(2010, 2021)):
    return pd.concat([counted(area, year) for area in (*areas, ENGLAND) for year in years])


def test_plans_are_laid_out_by_authority_january_and_setting():
    panel = read_panel(drawn("A"), ["A"])
    assert panel.years[[0, -1]].tolist() == [2010, 2020]
    assert dict(zip(SETTINGS, panel.settings[0, -1], strict=True)) == {
        "mainstream": 400,
        "special_state": 380,
        "independent": 70,
        "further_education": 80,
        "other": 70,
    }
    assert panel.settings[0, panel.at(2014)].tolist() == [400, 380, 70, 0, 150]  # colleges were not told apart yet
    assert panel.england[-1] == 1000


def test_settings_add_up_to_all_plans(panel):
    known = ~np.isnan(panel.settings).any(axis=2)
    assert (panel.settings.sum(axis=2)[known] == panel.total[known]).all()
    assert known.mean() > 0.99


def test_an_authority_whose_counts_cannot_be_compared_is_left_out_with_the_reason():
    rows = pd.concat(
        [
            drawn("A"),
            *(counted("LATE", year) for year in range(2015, 2021)),
            *(counted("GAP", year) for year in range(2010, 2021) if year != 2013),
            *(counted("FEW", year, ehcplans=20 if year == 2011 else 1000) for year in range(2010, 2021)),
        ]
    )
    panel = read_panel(rows, ["A", "LATE", "GAP", "FEW", "NONE"])
    assert panel.areas == ("A",)
    late = "it did not report in 2010, or not with today's boundaries"
    assert panel.left_out == {"LATE": late, "GAP": "a January is missing", "FEW": "it had too few plans", "NONE": late}


def test_the_research_on_145_councils_had_the_same_councils(panel):
    assert len(panel.areas) == 145
    assert panel.total[panel.areas.index(MEDWAY)].tolist()[-4:] == [2697, 2854, 3175, 3041]
    assert {"E06000053", "E09000001"} <= set(panel.left_out)  # Isles of Scilly, City of London


def test_what_came_later_is_not_in_a_panel_until_a_january(panel):
    then = panel.until(2020)
    assert then.years[-1] == 2020
    assert then.total.shape == (145, 11) == then.settings.shape[:2]
    assert then.england.shape == (11,) == then.england_settings.shape[:1]


def test_of_a_january_that_only_some_have_counted_the_whole_panel_knows_nothing():
    panel = read_panel(pd.concat([drawn("A", "B", "C"), counted("A", 2021), counted(ENGLAND, 2021)]), ["A", "B", "C"])
    assert panel.years[-1] == 2021
    assert panel.whole().years[-1] == 2020
