"""How far the log was forwarded, and which node forwards it: one row a receiver.

Room: storage/rows. Awaits the connection it is handed. The row is a lease: of several nodes one
sends, and another takes over when it falls silent. The cursor moves only for whoever holds it.
"""

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.rows.inserting import inserting
from storage.rows.tables.review import forwarding


async def take(
    connection: AsyncConnection, receiver: str, holder: str, now: float, until: float
) -> int | None:
    """Take or renew the lease; return the first entry to be sent, None while another node has it.

    Times are seconds since 1970, in UTC.
    """
    begun = inserting(connection, forwarding).values(receiver=receiver, next_entry=0)
    await connection.execute(begun.on_conflict_do_nothing())
    free = or_(
        forwarding.c.holder.is_(None),
        forwarding.c.holder == holder,
        forwarding.c.held_until <= now,
    )
    taken = await connection.execute(
        forwarding.update()
        .where(forwarding.c.receiver == receiver, free)
        .values(holder=holder, held_until=until)
        .returning(forwarding.c.next_entry)
    )
    row = taken.first()
    return int(row[0]) if row else None


async def advance(
    connection: AsyncConnection, receiver: str, holder: str, next_entry: int, until: float
) -> bool:
    """Remember that everything before ``next_entry`` arrived; return whether the lease holds."""
    done = await connection.execute(
        forwarding.update()
        .where(
            forwarding.c.receiver == receiver,
            forwarding.c.holder == holder,
            forwarding.c.next_entry <= next_entry,
        )
        .values(next_entry=next_entry, held_until=until)
    )
    return done.rowcount == 1


async def release(connection: AsyncConnection, receiver: str, holder: str) -> None:
    """Let another node take over at once."""
    await connection.execute(
        forwarding.update()
        .where(forwarding.c.receiver == receiver, forwarding.c.holder == holder)
        .values(holder=None, held_until=None)
    )


async def standing(connection: AsyncConnection, receiver: str) -> int:
    """Return the first entry that the receiver is not known to have."""
    wanted = select(forwarding.c.next_entry).where(forwarding.c.receiver == receiver)
    row = (await connection.execute(wanted)).first()
    return int(row[0]) if row else 0


async def rewind(connection: AsyncConnection) -> None:
    """Begin at the first entry again, for every receiver: the log is another one."""
    await connection.execute(forwarding.update().values(next_entry=0, holder=None, held_until=None))
