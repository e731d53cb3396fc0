"""Whether this gateway can keep its promises at the moment.

Room: gateway/observability. Awaits the checks it is handed, each for a bounded time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

Check = Callable[[], Awaitable[bool]]
DEADLINE_S: Final = 3.0


@dataclass(frozen=True, slots=True)
class Health:
    """Named checks; all must hold. ``facts`` are shown beside them and decide nothing."""

    checks: Mapping[str, Check]
    facts: Callable[[], Mapping[str, str | bool]]

    async def results(self) -> dict[str, bool]:
        """Run every check at once; one that fails, raises or takes too long does not hold."""
        answers = await asyncio.gather(*(self._one(check) for check in self.checks.values()))
        return dict(zip(self.checks, answers, strict=True))

    async def _one(self, check: Check) -> bool:
        try:
            async with asyncio.timeout(DEADLINE_S):
                return await check()
        except Exception:
            return False
