"""What every test shares: in CI a skip is a failure, because a skipped test proves nothing; and
chance is the same chance in every run, so that a red test stays red until it is mended."""

import os

import pytest
from hypothesis import settings

# To look further than CI does: HYPOTHESIS_PROFILE=default, and more examples.
settings.register_profile("house", derandomize=True, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if "DRAWBRIDGE_CI" in os.environ and reporter is not None and exitstatus == 0:
        skipped = reporter.stats.get("skipped", [])
        if skipped:
            reporter.write_line("CI: skipped tests count as failed:", red=True)
            for report in skipped:
                reporter.write_line(f"  {report.nodeid}", red=True)
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
