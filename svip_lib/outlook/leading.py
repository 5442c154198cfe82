"""Requests as what leads: councils that were asked for many plans last year, for the plans that they have, grow more than others."""

import numpy as np

from svip_lib.outlook.donors import YEARS_OF_GROWTH
from svip_lib.outlook.panel import HALF, Panel


def expected(panel: Panel, requests: np.ndarray, horizon: int) -> np.ndarray:
    """Return the plans that England's growth and last year's requests let expect, authority × years ahead.

    How much a request more tells is learnt from earlier Januaries alone, of which the January looked ahead to was known; where there is
    none yet, nothing is expected. A council whose requests are not published is expected to grow as England does.

    Args:
        panel: What is known.
        requests: Requests as from ``flows.by_year``; only years that ended before the panel's last January are used.
        horizon: How many Januaries ahead.

    Source: DfE, *Education, health and care plans*: initial requests by calendar year, since 2019.
    """
    last, plans = len(panel.years) - 1, np.log(panel.total)
    asked = {at: more for at in range(1, last + 1) if (more := _asked(panel, requests, at)) is not None}
    england = np.log(panel.england[-1] / panel.england[-1 - YEARS_OF_GROWTH]) / YEARS_OF_GROWTH
    path = np.full((len(panel.total), horizon), np.nan)
    for ahead in range(1, horizon + 1):
        learnt = [at for at in asked if at + ahead <= last]
        if last in asked and learnt:
            more = np.stack([asked[at] for at in learnt])
            grown = np.stack([plans[:, at + ahead] - plans[:, at] for at in learnt])
            grown = np.nan_to_num(grown - np.nanmedian(grown, axis=1, keepdims=True))  # what befell all, requests did not tell
            path[:, ahead - 1] = panel.total[:, -1] * np.exp(ahead * england + (more * grown).sum() / (more**2).sum() * asked[last])
    return path


def _asked(panel: Panel, requests: np.ndarray, at: int) -> np.ndarray | None:
    """Requests of the year before a January for each plan of it, less the median of all; nothing where most are not published."""
    told = requests[:-1, at - 1] / panel.total[:, at]
    return None if np.isnan(told).mean() > HALF else np.nan_to_num(told - np.nanmedian(told))
