"""The tables that are not an indicator's, each in the module of its subject: there stand how it is made and its entry in ``TABLES``."""

from svip_lib.show.given import Table
from svip_lib.show.registers import agreement, capacity, governance, money, outlook, placements, plans, quality, report, risks

SUBJECTS = [plans, placements, money, capacity, agreement, governance, report, risks, outlook, quality]
TABLES: dict[str, Table] = {name: table for subject in SUBJECTS for name, table in subject.TABLES.items()}
