"""The published January counts, as they were known before the count of 2026."""

from datetime import date

import pytest

from svip_lib.intake.published import read_reference
from svip_lib.outlook import flows
from svip_lib.outlook.panel import read_panel


@pytest.fixture(scope="session")
def published(repository):
    return read_reference(repository / "data/reference", date(2026, 1, 1))


@pytest.fixture(scope="session")
def authorities(published):
    there = (published.areas["level"] == "Local authority") & (published.areas["closed"] == "")
    return published.areas.loc[there, "area_code"].to_list()


@pytest.fixture(scope="session")
def panel(published, authorities):
    return read_panel(published.table("plans"), authorities)


@pytest.fixture(scope="session")
def new(published, panel):
    return flows.by_year(published.table("new_plans"), "new_ehc_plans", panel)


@pytest.fixture(scope="session")
def requests(published, panel):
    return flows.by_year(published.table("requests"), "requests_received_in_year", panel)
