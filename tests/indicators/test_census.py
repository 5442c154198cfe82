"""Who had a plan on a day, and where: the rules of the census on a few drawn children."""

import pandas as pd
import pytest

from svip_lib.config.refusal import Refusal
from svip_lib.config.registry import read_placements
from svip_lib.indicators.census import MAPPINGS, census, on_day, placement_of, placements_on_day, plans_on_day, reconciled
from svip_lib.indicators.shape import published_rows

DAY = pd.Timestamp("2025-01-16")
SCHOOLS = pd.DataFrame(
    [("100001", "", "28"), ("100002", "", "10"), ("100003", "", "99"), ("", "10000001", "18")], columns=["urn", "ukprn", "type_code"]
)


@pytest.fixture(scope="module")
def placements(repository):
    return read_placements(repository / "data" / "dictionary")


def plans(*rows):
    table = pd.DataFrame(rows, columns=["child", "request", "startdate", "ceasedate"])
    return table.assign(startdate=pd.to_datetime(table["startdate"]), ceasedate=pd.to_datetime(table["ceasedate"]))


def places(*rows):
    names = ["child", "request", "urn", "ukprn", "sensetting", "placementrank", "senunitindicator", "resourcedprovisionindicator"]
    table = pd.DataFrame(rows, columns=[*names, "entrydate", "leavingdate"])
    return table.assign(entrydate=pd.to_datetime(table["entrydate"]), leavingdate=pd.to_datetime(table["leavingdate"]))


def test_a_plan_is_active_on_its_first_and_on_its_last_day():
    table = plans(
        ("a", 1, "2025-01-16", None),
        ("b", 1, "2024-01-01", "2025-01-16"),
        ("c", 1, "2025-01-17", None),
        ("d", 1, "2024-01-01", "2025-01-15"),
    )
    assert plans_on_day(table, DAY)["child"].to_list() == ["a", "b"]
    assert len(on_day(table, pd.Timestamp("2025-01-17"), "startdate", "ceasedate")) == 2


def test_of_several_open_placements_the_lowest_rank_counts_and_rank_2_alone_counts_too():
    table = places(
        ("a", 1, "100001", "", "", 2, False, False, "2024-09-01", None),
        ("a", 1, "100002", "", "", 1, False, False, "2024-09-01", None),
        ("b", 1, "100001", "", "", 2, False, False, "2024-09-01", None),
        ("c", 1, "100001", "", "", 1, False, False, "2024-09-01", "2025-01-15"),
    )
    assert placements_on_day(table, DAY).set_index("child")["urn"].to_dict() == {"a": "100002", "b": "100001"}


@pytest.mark.parametrize(
    ("urn", "ukprn", "setting", "unit", "resourced", "placement"),
    [
        ("100001", "", "", False, False, "mainstream_academy"),
        ("100001", "", "", True, False, "mainstream_academy_senunit"),
        ("100001", "", "", False, True, "mainstream_academy_resourced_provision"),
        ("100002", "", "", True, False, "special_independent"),
        ("", "10000001", "", False, False, "general_fe_tertiary_colleges"),
        ("", "10000009", "", False, False, "ukrlp_provider"),
        ("", "", "NEET", False, False, "neet"),
        ("", "", "EYP", False, False, "nm_early_years"),
        ("", "", "", False, False, "placement_unknown"),
        ("999999", "", "", False, False, "placement_unknown"),
    ],
)
def test_a_placement_is_told_by_school_provider_or_setting(placements, urn, ukprn, setting, unit, resourced, placement):
    table = places(("a", 1, urn, ukprn, setting, 1, unit, resourced, "2024-09-01", None))
    assert placement_of(table, placements, SCHOOLS).to_list() == [placement]


def test_a_type_of_school_that_stands_for_nothing_is_refused(placements):
    table = places(("a", 1, "100003", "", "", 1, False, False, "2024-09-01", None))
    with pytest.raises(Refusal, match="establishment type '99' stands for no placement"):
        placement_of(table, placements, SCHOOLS)


def test_the_seven_categories_rebuild_dfes_figures_of_january_2021(placements):
    """Medway's published placements of January 2021 make the seven categories that the benchmarking tool gives: 2,507 in all."""
    published = {
        "mainstream_la_maintained": 116,
        "mainstream_academy": 352,
        "mainstream_la_maintained_senunit": 6,
        "mainstream_academy_senunit": 341,
        "special_la_maintained": 243,
        "special_academy": 708,
        "special_independent": 218,
        "special_non_maintained": 20,
        "mainstream_independent": 32,
        "ap_pru_academy": 3,
        "general_fe_tertiary_colleges": 270,
        "specialist_post_16_institutions": 75,
        "other_arrangements_la": 62,
        "elective_home_education": 14,
        "neet": 1,
        "nm_early_years": 9,
        "placement_unknown": 37,
    }
    seven = pd.Series(published).groupby(placements.set_index("placement")["dsg_category"]).sum()
    assert seven.to_dict() == {
        "mainstream": 468,
        "resourced_provision_or_sen_unit": 347,
        "state_special": 951,
        "nmss_or_independent": 270,
        "hospital_or_alternative_provision": 3,
        "post_16": 345,
        "other": 123,
    }


def test_every_placement_has_a_place_in_each_of_the_three_mappings(placements):
    assert (placements[list(MAPPINGS)] != "").all(axis=None)
    assert not placements["placement"].duplicated().any()


def test_a_plan_without_an_open_placement_is_kept_and_the_census_is_set_against_the_published_number(placements):
    tables = {
        "person": pd.DataFrame({"child": ["a", "b"], "birth_year": [2012, 2015], "sex": ["F", "M"]}),
        "namedplan": plans(("a", 1, "2024-01-01", None), ("b", 1, "2024-01-01", None)),
        "placementdetail": places(("a", 1, "100001", "", "", 1, False, False, "2024-09-01", None)),
        "senneed": pd.DataFrame({"child": ["a", "a"], "request": [1, 1], "sentype": ["SEMH", "ASD"], "sentyperank": [2, 1]}),
        "activeplans": pd.DataFrame({"child": ["a", "b"], "request": [1, 1], "transferla": ["", ""]}),
    }
    rows = census(tables, placements, SCHOOLS, DAY)
    assert rows.set_index("child")["placement"].to_dict() == {"a": "mainstream_academy", "b": "placement_unknown"}
    assert rows.set_index("child").loc["a", "need"] == "asd"
    told = reconciled(rows, published_rows("E06000035", "202425", "Academic year", ehcplans=3, mainstream_total=1)).set_index("group")
    assert told.loc["ehcplans", ["counted", "published", "residual"]].to_list() == [2, 3, -1]
    assert told.loc["mainstream_total", "residual"] == 0
    assert pd.isna(told.loc["placement_unknown", "published"])


def test_a_plan_that_another_council_still_maintained_on_the_day_is_not_counted(placements):
    tables = {
        "person": pd.DataFrame({"child": ["a", "b"], "birth_year": [2012, 2015], "sex": ["F", "M"]}),
        "namedplan": plans(("a", 1, "2020-01-01", None), ("b", 1, "2020-01-01", None)),
        "placementdetail": places(
            ("a", 1, "100001", "", "", 1, False, False, "2025-01-16", None), ("b", 1, "100001", "", "", 1, False, False, "2025-01-17", None)
        ),
        "senneed": pd.DataFrame({"child": [], "request": [], "sentype": [], "sentyperank": []}),
        "activeplans": pd.DataFrame({"child": ["a", "b"], "request": [1, 1], "transferla": ["886", "886"]}),
    }
    tables["senneed"] = tables["senneed"].astype({"child": "str", "request": "int64", "sentype": "str"})
    assert census(tables, placements, SCHOOLS, DAY)["child"].to_list() == ["a"]
