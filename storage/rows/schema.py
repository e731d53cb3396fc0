"""The rows' one MetaData, under which every table registers.

Room: storage/rows. Pure data. Tables stand in storage/rows/tables, one module a domain;
importing ``metadata`` from storage.rows.tables gives all of them. Personal columns are
LargeBinary and arrive sealed; columns that end in ``_index`` are blind indexes (keyed hashes).
Times are whole or fractional seconds since 1970 in UTC, named ``…_at``.
"""

from sqlalchemy import MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
