"""Every way the alerts' room says no.

Room: gateway/alerts. Pure.
"""

from gateway.errors import GatewayError


class AlertMissingError(GatewayError):
    """There is no such alert."""

    code = "alert-missing"


class AlertSettledError(GatewayError):
    """This alert is settled. What was found stays as it was written down."""

    code = "alert-settled"
