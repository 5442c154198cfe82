"""Runs the notebooks, makes pages and papers, and puts a finished pack into its place."""

import sys

# jsonschema, which comes with nbformat, loads a grammar of web addresses for a check that no notebook asks for: more than a second each
# time that a process begins. Where it is missing, it does without.
sys.modules.setdefault("rfc3987_syntax", None)
