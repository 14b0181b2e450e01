"""How far an officer of the county reaches: whose cases, which pages, and whether to act at all.

What may be done to a case is for `casework.judging` alone. Here stands who looks at which case in
the first place, and that those who supervise only look.
"""

from typing import Final

from msgspec import Struct

from casework.case import Case
from casework.matter import MatterVersion
from casework.names import DepartmentId
from casework.organisation import Officer, Role

# Who works on the cases of one department, and who looks after all of them.
OF_ONE_DEPARTMENT: Final = frozenset({Role.APPROVER, Role.CHIEF_REPRESENTATIVE, Role.LEADER})
OF_ALL_DEPARTMENTS: Final = frozenset({Role.ISSUING, Role.CLERK, Role.COORDINATOR, Role.SUPERVISOR})
CASE_ROLES: Final = OF_ONE_DEPARTMENT | OF_ALL_DEPARTMENTS
# Coordinators and supervisors read; the others write, a leader what is a leader's to grant.
WRITING_ROLES: Final = OF_ONE_DEPARTMENT | {Role.ISSUING, Role.CLERK}
# A supervisor counts and samples: for that nobody's name and number are needed.
NAMING_ROLES: Final = WRITING_ROLES

ADMIN_ROLES: Final = frozenset(
    {
        Role.CATALOGUE_EDITOR,
        Role.CATALOGUE_REVIEWER,
        Role.DELEGATION_ADMIN,
        Role.SYSTEM_ADMIN,
        Role.SECURITY_ADMIN,
        Role.AUDIT_ADMIN,
        Role.SUPERVISOR,
    }
)
READING_ROLES: Final = ADMIN_ROLES | CASE_ROLES
PUBLISHING_ROLES: Final = frozenset(
    {Role.CATALOGUE_REVIEWER, Role.DELEGATION_ADMIN, Role.SYSTEM_ADMIN}
)
SLIP_ROLES: Final = frozenset({Role.SYSTEM_ADMIN})
APPROVING_ROLES: Final = frozenset({Role.SECURITY_ADMIN})
# Who reports a key and who agrees: two persons, at least one of them for security.
KEY_ROLES: Final = SLIP_ROLES | APPROVING_ROLES


# Who looks on at what counters asked the county about other counters' cases.
WATCHING_ROLES: Final = frozenset({Role.SUPERVISOR, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})


class Reach(Struct, frozen=True, kw_only=True):
    sees_cases: bool
    department: DepartmentId | None  # whose matters; None: those of all departments
    writes: bool
    names_people: bool

    def covers(self, case: Case, matter: MatterVersion) -> bool:
        """Whether the officer may open this case."""
        if not self.sees_cases:
            return False
        return self.department is None or self.department in {matter.department, case.department}


def reach_of(officer: Officer) -> Reach:
    roles = frozenset(officer.roles)
    everywhere = not roles.isdisjoint(OF_ALL_DEPARTMENTS)
    return Reach(
        sees_cases=not roles.isdisjoint(CASE_ROLES)
        and (everywhere or officer.department is not None),
        department=None if everywhere else officer.department,
        writes=not roles.isdisjoint(WRITING_ROLES),
        names_people=not roles.isdisjoint(NAMING_ROLES),
    )
