"""What every table holds once its cells are read: one class a table, which says what one row is and by what a row is known.

Columns, types, codes and what must be filled in come from ``data/dictionary/fields.csv`` and ``codes.csv``; no list is kept here.
Rules over several columns or tables are no part of a contract: they are plain masks in the cleaning.
"""

from typing import ClassVar

import pandas as pd
import pandera.pandas as pandera
from pandera.errors import SchemaErrors

from svip_lib.config.fields import Codes, Field

DTYPES = {
    "text": "str",
    "code": "str",
    "date": "datetime64[s]",
    "datetime": "datetime64[s]",
    "integer": "Int64",
    "number": "Float64",
    "money": "Int64",  # pence
    "flag": "bool",
}
TECHNICAL = ("orderseqcolumn", "nativeid", "sourceid")  # columns of COLLECT that nothing is computed from
BLANK, ID_BLANK, DUPLICATE, WRONG_TYPE = "required_cell_blank", "id_blank", "duplicate", "wrong_type"
# What pandera calls its own checks, and what the account calls them.
RULES = {
    "not_nullable": BLANK,
    "multiple_fields_uniqueness": DUPLICATE,
    "column_in_dataframe": "column_missing",
    "column_in_schema": "column_unexpected",
}


class Contract:
    """One row is one record of a table.

    Attributes:
        table: The table's name in the field table.
        record: What one record is called in the names of rules.
        key: The columns by which a record is known; no two records share them. Empty where records have no name of their own.
        parent: The table of the record to which each belongs, by that record's key; empty where there is none.
        added: Columns of the clean table that the cleaning works out, with their types; they are never blank.
        worked_out: Likewise, but they may be blank: a share that was an amount or a part, a month that was a word.
    """

    table: ClassVar[str]
    record: ClassVar[str]
    key: ClassVar[tuple[str, ...]] = ()
    parent: ClassVar[str] = ""
    added: ClassVar[dict[str, str]] = {}
    worked_out: ClassVar[dict[str, str]] = {}

    @classmethod
    def schema(cls, fields: dict[str, Field], codes: Codes, version: int) -> pandera.DataFrameSchema:
        """Return what the table holds when its cells are read and mended, before any row is set aside.

        Args:
            fields: The fields of the table.
            codes: The sets of codes.
            version: The census year, or the year of a register; a column is required only where that year has it.

        Example:
            >>> from pathlib import Path
            >>> from svip_lib.config.fields import read_codes, read_fields
            >>> dictionary = Path("data/dictionary")
            >>> schema = SenNeed.schema(read_fields(dictionary)["senneed"], read_codes(dictionary), 2025)
            >>> list(schema.columns), schema.unique
            (['senneedtableid', 'activeplanstableid', 'sentype', 'sentyperank'], ['senneedtableid'])
        """
        told = {name: field for name, field in fields.items() if not name.endswith(TECHNICAL)}
        columns = {name: cls._column(field, codes, version) for name, field in told.items()}
        return pandera.DataFrameSchema(columns, unique=list(cls.key) or None, report_duplicates="exclude_first")

    @classmethod
    def clean_schema(cls, fields: dict[str, Field], codes: Codes, version: int) -> pandera.DataFrameSchema:
        """Return what the table holds when it leaves the cleaning: these columns and no other, so that nothing personal slips through.

        Arguments as for ``schema``.
        """
        kept = {name: field for name, field in fields.items() if cls.keeps(field) and name not in cls.worked_out}
        columns = {name: pandera.Column(dtype, _exactly(dtype), nullable=False) for name, dtype in cls.added.items()}
        columns |= {name: pandera.Column(dtype, _exactly(dtype), nullable=True) for name, dtype in cls.worked_out.items()}
        return pandera.DataFrameSchema(columns | {name: cls._column(field, codes, version) for name, field in kept.items()}, strict=True)

    @classmethod
    def keeps(cls, field: Field) -> bool:
        """Whether a column stays in the clean table: one that is personal or only links records does not."""
        return not field.personal and not field.column.endswith(("tableid", *TECHNICAL))

    @classmethod
    def _column(cls, field: Field, codes: Codes, version: int) -> pandera.Column:
        """The contract of one column; a parent's id is looked up in the parent's table and not here."""
        required, linked = field.required and field.is_of(version), field.column.endswith("tableid")
        dtype = DTYPES[field.type]
        checks = [_exactly(dtype)]
        if field.column in cls.key:
            checks.append(pandera.Check(_filled, error=ID_BLANK))
        elif dtype == "str" and required and not linked:
            checks.append(pandera.Check(_filled, error=BLANK))
        if field.type == "code":
            known = [*codes[field.codes], ""]
            checks.append(pandera.Check(lambda cells: cells.isin(known), error=f"code_unknown_{field.codes}"))
        return pandera.Column(dtype, checks, nullable=not required or dtype == "str")


def _filled(cells: pd.Series) -> pd.Series:
    return cells != ""


def _exactly(dtype: str) -> pandera.Check:
    """The type to the letter: by itself pandera takes int64 for Int64, objects for text, and days in any unit."""
    return pandera.Check(lambda cells: cells.dtype == dtype, error=WRONG_TYPE)


def faults(schema: pandera.DataFrameSchema, table: pd.DataFrame) -> pd.DataFrame:
    """Return where a table breaks its contract, without any of its values.

    pandera's own message holds the values that it found, so it ends here.

    Args:
        schema: The contract.
        table: The table, whatever its index.

    Returns:
        One row a fault: ``row`` (position, or -1 for the whole column), ``column`` and ``rule``. A cell has one fault, a blank key
        before one that stands twice, and a record that shares its key has one though the key has several columns.

    Raises:
        RuntimeError: When a check itself fails, which is a mistake of ours and never one of the table.

    Example:
        >>> schema = pandera.DataFrameSchema({"sex": pandera.Column("str", pandera.Check(_filled, error=BLANK))})
        >>> faults(schema, pd.DataFrame({"sex": ["F", ""]}, index=[7, 7])).values.tolist()
        [[1, 'sex', 'required_cell_blank']]
    """
    try:
        schema.validate(table.reset_index(drop=True), lazy=True)
    except SchemaErrors as broken:
        cases = broken.failure_cases
    else:
        return pd.DataFrame({"row": pd.Series(dtype="int64"), "column": pd.Series(dtype="str"), "rule": pd.Series(dtype="str")})
    by_column = cases["check"].isin(["column_in_dataframe", "column_in_schema"])
    typed = cases["check"].str.startswith("dtype(") | (cases["check"] == WRONG_TYPE)
    if crashed := sorted(set(cases.loc[cases["index"].isna() & ~by_column & ~typed, "check"])):
        raise RuntimeError(f"A check of the contract failed by itself: {', '.join(crashed)}.")
    found = pd.DataFrame(
        {
            "row": cases["index"].fillna(-1).astype("int64"),
            "column": cases["column"].where(~by_column, cases["failure_case"]).astype("str"),
            "rule": cases["check"].replace(RULES).mask(typed, WRONG_TYPE).astype("str"),
        }
    )
    found = found.sort_values("rule", key=lambda rules: rules == DUPLICATE, kind="stable")
    twice = (found["rule"] == DUPLICATE) & found.duplicated(["row", "rule"])
    return found[~twice & ~found.duplicated(["row", "column"])].sort_values(["row", "column"], kind="stable", ignore_index=True)


def breach(table: str, found: pd.DataFrame) -> RuntimeError:
    """Return the error for a table of our own making that breaks its contract: which columns and rules, and none of the values."""
    told = found.value_counts(["column", "rule"]).items()
    return RuntimeError(f"The table '{table}' breaks its contract: {', '.join(f'{column} {rule} ({n:,})' for (column, rule), n in told)}.")


OF_AN_OWNER = {"owner_role": "str"}  # an owner is told by role alone; whoever else stands there is left out
A_CHILD, A_REQUEST = {"child": "str", "birth_year": "Int64"}, {"child": "str", "request": "Int64"}


class Header(Contract):
    """One row is the return itself: whose it is, of which census, and by which software it was made."""

    table, record, key = "sen2", "header", ("sen2tableid",)


class Person(Contract):
    """One row is one child or young person who was asked about in the year, or who has or had a plan in it."""

    table, record, key, parent = "person", "person", ("persontableid",), "sen2"
    added = A_CHILD


class Requests(Contract):
    """One row is one request that the authority should assess a child; a child may be asked about again."""

    table, record, key, parent = "requests", "request", ("requeststableid",), "person"
    added = A_REQUEST


class Assessment(Contract):
    """One row is one assessment that followed from a request, and whether a plan is to be issued."""

    table, record, key, parent = "assessment", "assessment", ("assessmenttableid",), "requests"
    added = A_REQUEST


class NamedPlan(Contract):
    """One row is one plan as it was issued: when it began, and when and why it ceased; at most one an assessment."""

    table, record, key, parent = "namedplan", "named_plan", ("namedplantableid",), "assessment"
    added = A_REQUEST


class PlanDetail(Contract):
    """One row is one setting that a plan names in its section I: the main one (rank 1) or a second."""

    table, record, key, parent = "plandetail", "plan_detail", ("plandetailtableid",), "namedplan"
    added = A_REQUEST


class ActivePlans(Contract):
    """One row is one plan as it runs: where it came from and when it was reviewed; at most one a request."""

    table, record, key, parent = "activeplans", "active_plan", ("activeplanstableid",), "requests"
    added = A_REQUEST


class PlacementDetail(Contract):
    """One row is one stay of a child at one setting, from its first day to its last; no last day means still there."""

    table, record, key, parent = "placementdetail", "placement", ("placementdetailtableid",), "activeplans"
    added = A_REQUEST


class SenNeed(Contract):
    """One row is one need of a child with a plan: the primary (rank 1), which alone is published, or a second."""

    table, record, key, parent = "senneed", "need", ("senneedtableid",), "activeplans"
    added = A_REQUEST


class Ledger(Contract):
    """One row is one line of the budget: an account of a cost centre, with its budget, what was spent and what is forecast."""

    table, record = "ledger", "ledger_line"
    worked_out: ClassVar = {"period": "Int64"}


class PlacementCosts(Contract):
    """One row is one placement of one child that the council pays for, from its first day to its last, with what it costs."""

    table, record = "placement_costs", "paid_placement"
    added: ClassVar = {"child": "str"}
    worked_out: ClassVar = {"birth_year": "Int64", **dict.fromkeys(["education_share", "health_share", "social_care_share"], "Float64")}


class PlacementBudget(Contract):
    """One row is what the budget reckons with for one need in one kind of place: how many places, and what each costs a year."""

    table, record = "placement_budget", "planned_places"


class Places(Contract):
    """One row is one kind of places that the council commissions at one school or college."""

    table, record = "places", "commissioned_places"


class Milestones(Contract):
    """One row is one thing that is to be done by a day."""

    table, record, key = "milestones", "milestone", ("id",)
    worked_out: ClassVar = OF_AN_OWNER


class Risks(Contract):
    """One row is one risk as it is judged today."""

    table, record, key = "risks", "risk", ("id",)
    worked_out: ClassVar = OF_AN_OWNER


class Conditions(Contract):
    """One row is one condition of the agreement and how far it is met."""

    table, record, key = "conditions", "condition", ("number",)
    worked_out: ClassVar = OF_AN_OWNER


class Pupils(Contract):
    """One row is one group of pupils, by sex or by ethnic group: how many of all pupils of the area's schools are in it."""

    table, record, key = "pupils", "pupil_group", ("category",)


CONTRACTS: dict[str, type[Contract]] = {contract.table: contract for contract in Contract.__subclasses__()}
