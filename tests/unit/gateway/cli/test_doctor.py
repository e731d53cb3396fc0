"""``drawbridge doctor``: what is there, what is missing, and an exit code that says so."""

import fcntl
import json
import os
from pathlib import Path

import pytest
import typer

from gateway.cli import doctor
from gateway.start import LOCK_NAME


def examined(
    capsys: pytest.CaptureFixture[str], data: Path | None, config: Path | None = None
) -> tuple[int, dict[str, tuple[bool, str]]]:
    try:
        doctor.doctor(data, config, as_json=True)
        code = 0
    except typer.Exit as ended:
        code = ended.exit_code
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is (code == 0)
    return code, {check["name"]: (check["ok"], check["told"]) for check in told["checks"]}


def test_a_sound_machine_is_told_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, checks = examined(capsys, tmp_path / "data")
    assert code == 0
    assert all(ok for ok, _ in checks.values())
    assert {"python", "sandbox", "sandbox walls", "libmagic", "disk", "settings"} <= checks.keys()
    assert "not there yet" in checks["data directory"][1]
    assert not (tmp_path / "data").exists()


def test_it_speaks_to_people_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    doctor.doctor(tmp_path, None)
    told = capsys.readouterr()
    assert told.out == ""
    assert "sandbox walls" in told.err


def test_the_state_of_the_data_directory_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    tmp_path.chmod(0o755)
    assert "open to others" in examined(capsys, tmp_path)[1]["data directory"][1]
    tmp_path.chmod(0o700)
    assert examined(capsys, tmp_path)[1]["data directory"] == (True, "empty")
    lock = os.open(tmp_path / LOCK_NAME, os.O_RDWR | os.O_CREAT)
    assert "no gateway is working" in examined(capsys, tmp_path)[1]["data directory"][1]
    fcntl.flock(lock, fcntl.LOCK_EX)
    assert "a gateway is working" in examined(capsys, tmp_path)[1]["data directory"][1]
    os.close(lock)


def test_a_file_where_the_directory_should_be_is_missing_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "data").touch()
    code, checks = examined(capsys, tmp_path / "data")
    assert code == 1
    assert not checks["data directory"][0]


def test_settings_that_cannot_work_are_told_and_the_rest_is_looked_at(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    config = tmp_path / "settings.toml"
    config.write_text("port = 99999999\n")
    code, checks = examined(capsys, tmp_path, config)
    assert code == 1
    assert "port" in checks["settings"][1]
    assert checks["sandbox"][0]


def test_too_little_disk_is_essential(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    config = tmp_path / "settings.toml"
    config.write_text(f"[uploads]\nfree_floor_bytes = {2**60}\n")
    code, checks = examined(capsys, tmp_path, config)
    assert code == 1
    assert not checks["disk"][0]
