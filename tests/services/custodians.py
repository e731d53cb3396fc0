"""Real key servers on free loopback ports: Vault's Transit engine, and a server that speaks KMS.

Vault is built by ``tests/services/install`` from its published sources into build/vault/ (MPL-2.0,
no part of the product); moto's server (Apache-2.0) comes from the Python registry.
"""

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from tests.services.s3 import free_port

VAULT: Final = Path(__file__).parents[2] / "build/vault/vaultserver"
REGION: Final = "eu-central-1"
# Nobody's: moto takes any, and asks for some.
CREDENTIALS: Final = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
_READY_S: Final = 60.0


@dataclass(slots=True)
class VaultServer:
    """A Vault in memory: what it knew is gone when it ends."""

    url: str = ""
    token: str = ""
    _process: subprocess.Popen[str] | None = None

    def start(self) -> "VaultServer":
        if not VAULT.exists():
            pytest.skip("Vault is not built: run tests/services/install")
        self._process = subprocess.Popen(
            [VAULT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath, "HOME": os.defpath},
            text=True,
        )
        assert self._process.stdout is not None
        said = json.loads(self._process.stdout.readline())
        self.url, self.token = said["url"], said["token"]
        self.ask("POST", "sys/mounts/transit", {"type": "transit"})
        return self

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Ask as its operator; an error is an HTTPError."""
        request = urllib.request.Request(
            f"{self.url}/v1/{path}",
            method=method,
            data=json.dumps(body or {}).encode(),
            headers={"X-Vault-Token": self.token},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def key(self, name: str) -> str:
        """Make a Transit key, and a token that may do two things with it; return the token."""
        self.ask("POST", f"transit/keys/{name}", {"type": "aes256-gcm96"})
        rules = "".join(
            f'path "transit/{verb}/{name}" {{ capabilities = ["update"] }}\n'
            for verb in ("encrypt", "decrypt")
        )
        self.ask("PUT", f"sys/policies/acl/{name}", {"policy": rules})
        made = self.ask("POST", "auth/token/create", {"policies": [name], "ttl": "1h"})
        token: str = made["auth"]["client_token"]
        return token

    def stop(self) -> None:
        """End it, and wait until nobody answers."""
        if self._process is not None:
            self._process.communicate(timeout=20)
            self._process = None


@dataclass(slots=True)
class KmsServer:
    """Something that speaks KMS, in a process of its own."""

    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "KmsServer":
        self._process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + _READY_S
        while time.monotonic() < until:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/moto-api/", timeout=2).close()
                return self
            time.sleep(0.05)
        raise AssertionError("the KMS server did not become ready")

    def client(self) -> Any:
        """Return the client of its operator."""
        from boto3.session import Session

        session = Session("testing", "testing", region_name=REGION)
        return session.client("kms", endpoint_url=self.url)

    def key(self) -> str:
        """Make a symmetric key; return its ARN."""
        arn: str = self.client().create_key()["KeyMetadata"]["Arn"]
        return arn

    def stop(self) -> None:
        """End it, and wait until nobody answers."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(20)
            self._process = None


def vault() -> Iterator[VaultServer]:
    """Yield a running Vault."""
    server = VaultServer().start()
    try:
        yield server
    finally:
        server.stop()


def kms() -> Iterator[KmsServer]:
    """Yield a running KMS."""
    server = KmsServer().start()
    try:
        yield server
    finally:
        server.stop()
