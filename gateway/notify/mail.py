"""Mail, through the operator's relay.

Room: gateway/notify. Awaits the relay (aiosmtplib). TLS is required unless the operator said
otherwise: a relay that does not offer it gets nothing, not even the address of whom to tell.
"""

import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from enum import StrEnum

import aiosmtplib

from gateway.notify.errors import DeliveryError

# RFC 5321: 4yz may pass, 5yz will not.
_FINAL_FROM = 500


class Tls(StrEnum):
    """How the way to the relay is encrypted."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Relay:
    """A mail relay. ``region`` is where it stands: a notice's first destination."""

    host: str
    port: int
    tls: Tls
    sender: str
    region: str
    deadline_s: float
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    trust: ssl.SSLContext | None = field(default=None, repr=False)

    async def send(
        self, message_id: str, recipient: str, subject: str, text: str, at: datetime
    ) -> None:
        """Hand a mail to the relay; return once the relay has taken it.

        Raises:
            DeliveryError: it has not.
        """
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, recipient, subject
        message["Message-ID"] = f"<{message_id}@{self.sender.rpartition('@')[2]}>"
        message["Date"] = format_datetime(at)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(text)
        try:
            await aiosmtplib.send(
                message,
                hostname=self.host,
                port=self.port,
                username=self.username,
                password=self.password,
                timeout=self.deadline_s,
                use_tls=self.tls is Tls.IMPLICIT,
                start_tls=self.tls is Tls.STARTTLS,
                tls_context=self.trust,
            )
        except aiosmtplib.SMTPResponseException as error:
            final = error.code >= _FINAL_FROM
            raise DeliveryError(f"relay-said-{error.code}", final=final) from error
        except aiosmtplib.SMTPRecipientsRefused as error:
            codes = [one.code for one in error.recipients]
            final = all(code >= _FINAL_FROM for code in codes)
            raise DeliveryError(f"relay-said-{codes[0]}", final=final) from error
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as error:
            raise DeliveryError(f"relay-{type(error).__name__}"[:64]) from error
