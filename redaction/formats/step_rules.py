"""What STEP and IFC entities hold of people, argument by argument, and what stands there instead.

Room: redaction/formats. Pure data. Instances are never removed and types never change: AP203
alone has some forty global rules that want persons, dates and approvals to exist. Identifiers of
persons must differ from each other, so they are numbered. Sources: ISO 10303-41 (person,
organization, address, date, time), ISO 10303-21 §8.2 (header), IFC 2x3 to 4.3
(IfcActorResource, IfcUtilityResource, IfcDateTimeResource).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from redaction.model import Category

# Any argument that has no row of its own.
OTHER: Final = -1
NOBODY: Final = b"ANON"
LONG_AGO: Final = b"1970-01-01T00:00:00"


@dataclass(frozen=True, slots=True)
class Field:
    """An argument: its name in the schema, what it holds, and what stands for each kind of token.

    A string in ``instead`` may hold ``%d``: the how-manieth entity of its kind it stands in.
    """

    name: str
    category: Category
    instead: Mapping[str, bytes]


Fields = Mapping[int, Field]


def _text(name: str, category: Category, text: bytes = b"") -> Field:
    return Field(name, category, MappingProxyType({"string": text}))


def _number(name: str, number: bytes) -> Field:
    instead = {"integer": number, "real": number + b".", "enumeration": b".AHEAD."}
    return Field(name, Category.TIME, MappingProxyType(instead))


_ADDRESS_NAMES: Final = """
    internal_location street_number street postal_box town region postal_code country
    facsimile_number telephone_number electronic_mail_address telex_number
"""
_REACHED: Final = {
    "facsimile_number": Category.PHONE,
    "telephone_number": Category.PHONE,
    "electronic_mail_address": Category.EMAIL,
    "telex_number": Category.PHONE,
}
_ADDRESS: Final[Fields] = {
    OTHER: _text("description", Category.ADDRESS),
    **{
        index: _text(name, _REACHED.get(name, Category.ADDRESS))
        for index, name in enumerate(_ADDRESS_NAMES.split())
    },
}
# Apart from the address itself, the parts of a complex instance count their own arguments.
_DESCRIBED: Final[Fields] = {OTHER: _text("description", Category.ADDRESS)}
_CLOCK: Final[Fields] = {OTHER: _number("time", b"0")}
_DAY: Final[Fields] = {OTHER: _number("day", b"1"), 0: _number("year", b"1970")}
_IFC_DAY: Final[Fields] = {OTHER: _number("day", b"1"), 2: _number("year", b"1970")}

ENTITIES: Final[Mapping[bytes, Fields]] = {
    b"PERSON": {
        OTHER: _text("name", Category.PERSON),
        0: _text("id", Category.PERSON, b"P%d"),
        1: _text("last_name", Category.PERSON, NOBODY),
        2: _text("first_name", Category.PERSON),
    },
    b"ORGANIZATION": {
        OTHER: _text("description", Category.ORGANISATION),
        0: _text("id", Category.ORGANISATION),
        1: _text("name", Category.ORGANISATION, NOBODY),
    },
    b"ADDRESS": _ADDRESS,
    b"PERSONAL_ADDRESS": _ADDRESS,
    b"ORGANIZATIONAL_ADDRESS": _ADDRESS,
    b"PERSON_AND_ORGANIZATION_ADDRESS": _ADDRESS,
    b"DATE": _DAY,
    b"CALENDAR_DATE": _DAY,
    b"ORDINAL_DATE": _DAY,
    b"WEEK_OF_YEAR_AND_DAY_DATE": _DAY,
    b"YEAR_MONTH": _DAY,
    b"LOCAL_TIME": _CLOCK,
    b"COORDINATED_UNIVERSAL_TIME_OFFSET": _CLOCK,
    b"IFCPERSON": {
        OTHER: _text("name", Category.PERSON),
        0: _text("id", Category.PERSON, b"P%d"),
        1: _text("family_name", Category.PERSON, NOBODY),
    },
    b"IFCORGANIZATION": {
        OTHER: _text("description", Category.ORGANISATION),
        1: _text("name", Category.ORGANISATION, NOBODY),
    },
    b"IFCPOSTALADDRESS": _DESCRIBED,
    b"IFCTELECOMADDRESS": {
        OTHER: _text("description", Category.ADDRESS),
        3: _text("telephone_numbers", Category.PHONE),
        4: _text("facsimile_numbers", Category.PHONE),
        5: _text("pager_number", Category.PHONE),
        6: _text("electronic_mail_addresses", Category.EMAIL),
    },
    b"IFCACTORROLE": {2: _text("description", Category.COMMENT)},
    # The version and the full name are unique together, the identifier by itself.
    b"IFCAPPLICATION": {
        1: _text("version", Category.SOFTWARE, b"%d"),
        2: _text("full_name", Category.SOFTWARE, NOBODY),
        3: _text("identifier", Category.SOFTWARE, b"A%d"),
    },
    b"IFCOWNERHISTORY": {
        4: _number("last_modified_date", b"0"),
        7: _number("creation_date", b"0"),
    },
    b"IFCCALENDARDATE": _IFC_DAY,
    b"IFCLOCALTIME": _CLOCK,
    b"IFCCOORDINATEDUNIVERSALTIMEOFFSET": _CLOCK,
}

# Header entities by argument; those that have no row here are not of the standard.
HEADER: Final[Mapping[bytes, Fields]] = {
    b"FILE_DESCRIPTION": {0: _text("description", Category.COMMENT)},
    b"FILE_NAME": {
        OTHER: _text("more", Category.COMMENT),
        0: _text("name", Category.PATH, b"part"),
        1: _text("time_stamp", Category.TIME, LONG_AGO),
        2: _text("author", Category.PERSON),
        3: _text("organization", Category.ORGANISATION),
        4: _text("preprocessor_version", Category.SOFTWARE),
        5: _text("originating_system", Category.SOFTWARE),
        6: _text("authorization", Category.PERSON),
    },
    b"SCHEMA_POPULATION": {0: _text("external_file", Category.PATH)},
    b"FILE_SCHEMA": {},
    b"FILE_POPULATION": {},
    b"SECTION_LANGUAGE": {},
    b"SECTION_CONTEXT": {},
}
UNKNOWN_HEADER: Final[Fields] = {OTHER: _text("text", Category.COMMENT)}

# Words about the work and not the part: whoever is named in them is taken out, however unsure.
ADMINISTRATION: Final = frozenset(
    b"""
    APPROVAL CERTIFICATION CERTIFICATION_TYPE CONTRACT CONTRACT_TYPE SECURITY_CLASSIFICATION
    VERSIONED_ACTION_REQUEST ACTION_REQUEST_SOLUTION START_REQUEST START_WORK CHANGE CHANGE_REQUEST
    ACTION EXECUTED_ACTION DIRECTED_ACTION ACTION_DIRECTIVE ACTION_METHOD ACTION_ASSIGNMENT
    ACTION_STATUS EVENT_OCCURRENCE RELATIVE_EVENT_OCCURRENCE ORGANIZATIONAL_PROJECT
    ORGANIZATION_RELATIONSHIP EFFECTIVITY WORK_ORDER IFCAPPROVAL IFCACTORROLE IFCPERMIT
    IFCWORKPLAN IFCWORKSCHEDULE IFCDOCUMENTINFORMATION
    """.split()
)
