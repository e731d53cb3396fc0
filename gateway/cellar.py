"""What every room of the gateway stands on, opened together: rows, keys, objects, the log.

Room: gateway. Pure: gateway.assembly opens these and hands them round.
"""

from dataclasses import dataclass

from gateway.clock import Clock
from gateway.journal import Journal
from gateway.ledger_watch import LedgerWatch
from storage.ledger.log import Ledger
from storage.rows.engine import Rows
from storage.sealed.keyring import Keyring
from storage.sealed.vault import Vault


@dataclass(frozen=True, slots=True)
class Cellar:
    """The opened stores."""

    rows: Rows
    keyring: Keyring
    vault: Vault
    journal: Journal
    ledger: Ledger
    watch: LedgerWatch
    clock: Clock
