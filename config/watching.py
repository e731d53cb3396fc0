"""What the gateway watches, and whom it tells: observed countries, alerts, mail, webhooks.

Room: config. Pure. Part of config.settings; see there.
"""

from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, SecretStr, field_validator, model_validator

from config.keeping import Table

HOUR_S: Final = 3600
DAY_S: Final = 24 * HOUR_S

Region = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]


class OnDisagreement(StrEnum):
    """What follows when a caller is seen in another country than the partner declared."""

    LOG = "log"  # an entry of the log and an alert
    DENY = "deny"  # those, and nothing is opened or sent


class MailTls(StrEnum):
    """How the way to the mail relay is encrypted."""

    STARTTLS = "starttls"
    IMPLICIT = "implicit"
    NONE = "none"  # only to a relay on the same machine


class Observing(Table):
    """Where callers are seen to be: the second fact of a destination, beside what was declared."""

    country_database: Path | None = None
    """A MaxMind DB file (.mmdb) of countries; without one the observed country is unknown."""

    asn_database: Path | None = None
    """A MaxMind DB file of autonomous systems; without one they are unknown."""

    on_disagreement: OnDisagreement = OnDisagreement.DENY
    """`deny` refuses to open and to send to a country other than the declared one; `log` only says
    so. An unknown country contradicts nothing. See docs/decisions/0008."""

    trusted_proxies: tuple[str, ...] = ()
    """Networks (CIDR) of proxies whose X-Forwarded-For is believed; nobody else's is. In the
    environment they are separated by commas."""

    storage_region: Region | None = None
    """Where sealed drawings are stored; by default unknown for `s3`, else `origin_country`."""

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _proxies_may_be_one_text(cls, value: object) -> object:
        listed = value.replace(",", " ").split() if isinstance(value, str) else value
        return tuple(listed) if isinstance(listed, list) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_are_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            ip_network(text)
        return value


class Alerts(Table):
    """When the people who review are called."""

    every_s: Annotated[float, Field(gt=0, le=HOUR_S)] = 5.0
    """How often new entries of the log are looked at."""

    forwarded_networks: Annotated[int, Field(ge=2, le=1000)] = 3
    """From so many networks one link is used before it counts as passed on."""

    mass_pull_files: Annotated[int, Field(ge=2)] = 100
    """So many files fetched by one partner within mass_pull_s are a mass pull."""

    mass_pull_s: Annotated[int, Field(ge=60, le=30 * DAY_S)] = HOUR_S
    """See mass_pull_files."""

    dormant_s: Annotated[int, Field(ge=DAY_S)] = 180 * DAY_S
    """A partner who opened nothing for so long is dormant; its next opening is told."""

    denied_streak: Annotated[int, Field(ge=2)] = 5
    """So many denied transfers to one partner within denied_s, none allowed between them."""

    denied_s: Annotated[int, Field(ge=60, le=30 * DAY_S)] = DAY_S
    """See denied_streak."""

    checkpoint_stale_s: Annotated[float, Field(ge=60)] = 900.0
    """How old the published checkpoint may be while there are newer entries."""


class Mail(Table):
    """The mail relay that carries notices; without a host nothing is mailed."""

    host: str | None = None
    """The relay's name."""

    port: Annotated[int, Field(ge=1, le=65535)] = 587
    """Its port: usually 587 for `starttls`, 465 for `implicit`."""

    tls: MailTls = MailTls.STARTTLS
    """`starttls` (refused if the relay does not offer it), `implicit`, or `none`."""

    ca_file: Path | None = None
    """Certificates that the relay's is checked with; by default those of the system."""

    username: str | None = None
    """Who logs in to the relay, if one must."""

    password: SecretStr | None = None
    """The password; better in a file."""

    password_file: Path | None = None
    """A file with the password and nothing else, readable by the service only."""

    sender: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    """The address that notices come from."""

    region: Region | None = None
    """Where the relay stands; must be said, for a notice's first destination is the relay."""

    @property
    def said_password(self) -> str | None:
        """The password, in clear, where it was not put into a file."""
        return self.password.get_secret_value() if self.password else None

    @model_validator(mode="after")
    def _relay_is_described(self) -> "Mail":
        if self.host is None:
            return self
        if self.sender is None or self.region is None:
            raise ValueError("mail.sender and mail.region must be set with mail.host")
        secrets = (self.password is not None) + (self.password_file is not None)
        if secrets != (self.username is not None):
            raise ValueError(
                "mail.username needs one of mail.password and mail.password_file, and they need it"
            )
        if self.tls is MailTls.NONE and self.username is not None:
            raise ValueError("mail.tls must not be none where a password is sent")
        return self


class Notify(Table):
    """How notices are delivered, by mail and to webhooks."""

    attempts: Annotated[int, Field(ge=1, le=50)] = 12
    """How often a notice is tried before it is given up."""

    retry_s: Annotated[float, Field(gt=0, le=DAY_S)] = 10.0
    """How long the second attempt waits; each further one waits twice as long, up to six hours."""

    deadline_s: Annotated[float, Field(gt=0, le=120)] = 15.0
    """How long a relay or receiver may take for one notice."""

    allow_private: bool = False
    """Whether webhooks may go to private and loopback addresses, and by http to those."""


class Forwarding(Table):
    """A syslog receiver that gets every entry of the log: RFC 5424 over TLS (RFC 5425).

    Entries name nobody, here too: what is sealed stays here, where it can be erased.
    """

    host: str | None = None
    """The receiver's name; without one nothing is forwarded."""

    port: Annotated[int, Field(ge=1, le=65535)] = 6514
    """Its port."""

    region: Region | None = None
    """Where the receiver stands; must be said, for it is a destination like any other."""

    ca_file: Path | None = None
    """Certificates that the receiver's is checked with; by default those of the system."""

    certificate_file: Path | None = None
    """The gateway's own certificate (PEM), where the receiver asks for one."""

    key_file: Path | None = None
    """The private key of certificate_file (PEM)."""

    enterprise: Annotated[int, Field(ge=1)] = 32473
    """The private enterprise number under which structured data stand; by default an example's."""

    every_s: Annotated[float, Field(gt=0, le=HOUR_S)] = 5.0
    """How often new entries are looked for."""

    deadline_s: Annotated[float, Field(gt=0, le=300)] = 30.0
    """How long the receiver may take for one round; then it is tried again from where it stood."""

    @model_validator(mode="after")
    def _receiver_is_described(self) -> "Forwarding":
        if self.host is not None and self.region is None:
            raise ValueError("forwarding.region must be set with forwarding.host")
        if (self.certificate_file is None) != (self.key_file is None):
            raise ValueError("forwarding.certificate_file and key_file need each other")
        return self
