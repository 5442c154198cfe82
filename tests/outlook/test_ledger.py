"""Forecasts that earlier packs published stay as they were published."""

import pandas as pd

from svip_lib.config.periods import Quarter
from svip_lib.config.result import COLUMNS
from svip_lib.outlook.ledger import LEDGER, read_ledger


def frozen(folder, quarter, **changes):
    told = dict.fromkeys(COLUMNS, "") | {"indicator": "ehc_plans_count", "time_period": "202526", "as_at": "2025-07-31"}
    told |= {"measure": "forecast", "scenario": "as_things_stand"} | changes
    rows = [told | {"quantile": name, "value": value} for name, value in (("0.1", 3110), ("0.5", 3319), ("0.9", 3545), ("0.975", 3715))]
    rows.append(told | {"measure": "actual", "scenario": "", "quantile": "", "value": 3041})
    (folder / quarter).mkdir(parents=True)
    pd.DataFrame(rows)[COLUMNS].to_csv(folder / quarter / "figures.csv", index=False)


def test_what_was_published_of_the_years_ahead_is_read_back(tmp_path):
    frozen(tmp_path, "2024-25-Q4")
    told = read_ledger(tmp_path, Quarter(2025, 1))
    assert told.to_numpy().tolist() == [["2024-25-Q4", "2025-07-31", "ehc_plans_count", "", "202526", "3110.0", "3319.0", "3545.0"]]


def test_only_packs_before_the_quarter_and_only_the_outlook_itself_are_in_it(tmp_path):
    frozen(tmp_path, "2024-25-Q4", scenario="from_january_2022")
    frozen(tmp_path, "2025-26-Q1")
    assert read_ledger(tmp_path, Quarter(2025, 1)).empty
    assert list(read_ledger(tmp_path / "nothing", Quarter(2025, 1)).columns) == LEDGER


def test_a_forecast_of_two_balances_is_kept_as_two(tmp_path):
    frozen(tmp_path, "2024-25-Q4", category="in_year_before_payment")
    frozen(tmp_path / "other", "2024-25-Q4", category="cumulative_after_payment")
    both = [pd.read_csv(folder / "2024-25-Q4/figures.csv", dtype="str") for folder in (tmp_path, tmp_path / "other")]
    pd.concat(both).to_csv(tmp_path / "2024-25-Q4/figures.csv", index=False)
    told = read_ledger(tmp_path, Quarter(2025, 1))
    assert told["category"].to_list() == ["cumulative_after_payment", "in_year_before_payment"]
