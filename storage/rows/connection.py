"""The type of what ``Rows.transaction`` and ``Rows.reading`` yield, for those who only pass it on.

Room: storage/rows. Pure.
"""

from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

Connection: TypeAlias = AsyncConnection
