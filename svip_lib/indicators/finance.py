"""The high needs block: what the government allocates for pupils with high needs."""

import pandas as pd

from svip_lib.config.registry import indicator
from svip_lib.indicators.shape import count, wide


@indicator
def high_needs_block_gbp(high_needs_block: pd.DataFrame) -> pd.DataFrame:
    """High needs block of the dedicated schools grant for the financial year, in pounds, before money goes to academies.

    Args:
        high_needs_block: Published rows with ``high_needs_block_before_deductions_gbp``.

    Returns:
        One row per area and financial year: ``value`` (pounds), as last revised by DfE.

    Source: DfE, dedicated schools grant allocations. Official equivalent: the same. The council's report of 2022 names
        this amount (£45.5m for 2021-22), gross of what DfE pays to academies directly.
    """
    return count(wide(high_needs_block, "high_needs_block_before_deductions_gbp"), "high_needs_block_before_deductions_gbp")
