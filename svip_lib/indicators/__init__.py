"""What the pack measures: pure functions from clean tables to figures in one tidy shape. To import them is to register them."""

from svip_lib.indicators import capacity, ehc_plans, finance, placements, statutory_duties

__all__ = ["capacity", "ehc_plans", "finance", "placements", "statutory_duties"]
