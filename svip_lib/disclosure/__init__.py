"""The gate: what may be published of the figures, and the proof that it identifies no child."""
