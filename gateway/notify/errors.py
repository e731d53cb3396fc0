"""Every way a notice is not delivered, and every way a webhook is not added.

Room: gateway/notify. Pure.
"""

from gateway.errors import GatewayError


class WebhookMissingError(GatewayError):
    """There is no such webhook."""

    code = "webhook-missing"


class WebhookAddressError(GatewayError):
    """This is no address a webhook may have: https, a host name that leads to public addresses
    only, and no user name or password in it. notify.allow_private lets others in."""

    code = "webhook-address"


class DeliveryError(Exception):
    """A notice was not delivered; ``code`` says why, without names."""

    def __init__(self, code: str, *, final: bool = False) -> None:
        """``final``: to try again would not help."""
        super().__init__(code)
        self.code = code
        self.final = final
