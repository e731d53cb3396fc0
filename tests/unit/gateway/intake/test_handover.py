"""One writer an upload; the next one is not made to wait for a dead one."""

import asyncio

import pytest

from gateway.intake.errors import UploadBusyError
from gateway.intake.handover import Handover


async def test_a_new_writer_makes_the_old_one_stop() -> None:
    handover, order = Handover(wait_s=5), []

    async def old() -> None:
        async with handover.lease("u") as lease:
            stopped = asyncio.Event()
            lease.on_stop(stopped.set)
            order.append("old holds")
            await stopped.wait()
            order.append("old saves")

    task = asyncio.create_task(old())
    await asyncio.sleep(0)
    async with handover.lease("u") as lease:
        order.append("new holds")
        assert not lease.asked_to_stop
    await task
    assert order == ["old holds", "old saves", "new holds"]


async def test_a_writer_that_does_not_let_go_is_not_waited_for_for_ever() -> None:
    handover = Handover(wait_s=0.01)
    async with handover.lease("u"):
        with pytest.raises(UploadBusyError):
            async with handover.lease("u"):
                pass
    async with handover.lease("u"):
        pass


async def test_uploads_do_not_wait_for_each_other() -> None:
    handover = Handover(wait_s=0.01)
    async with handover.lease("a") as lease, handover.lease("b"):
        assert not lease.asked_to_stop


async def test_only_one_of_many_waiting_holds_it() -> None:
    handover, holding, most = Handover(wait_s=5), 0, 0

    async def writer() -> None:
        nonlocal holding, most
        async with handover.lease("u"):
            holding += 1
            most = max(most, holding)
            await asyncio.sleep(0)
            holding -= 1

    await asyncio.gather(*(writer() for _ in range(20)))
    assert most == 1


async def test_a_stopping_gateway_asks_everybody_now_and_later() -> None:
    handover, asked = Handover(wait_s=1), []
    async with handover.lease("a") as lease:
        lease.on_stop(lambda: asked.append("a"))
        handover.stop_all()
        handover.stop_all()
    async with handover.lease("b") as late:
        late.on_stop(lambda: asked.append("b"))
    assert asked == ["a", "b"]
