"""Every way the gateway does not let somebody in.

Room: gateway/identity. Pure. None of these says whether an account exists.
"""

from gateway.errors import GatewayError


class NotSignedInError(GatewayError):
    """Sign in, or send an API key."""

    code = "not-signed-in"


class NotAllowedError(GatewayError):
    """This account may not do that."""

    code = "not-allowed"


class CsrfError(GatewayError):
    """The request did not come from a page of this gateway. Reload the page and try again."""

    code = "csrf"


class LoginFailedError(GatewayError):
    """The e-mail address or the password is wrong."""

    code = "login-failed"


class TooManyAttemptsError(GatewayError):
    """Too many failed attempts. Wait a while and try again."""

    code = "too-many-attempts"


class WeakPasswordError(GatewayError):
    """Choose a password of 12 to 256 characters."""

    code = "weak-password"


class EmailNeededError(GatewayError):
    """Give a valid e-mail address: it is what you sign in with."""

    code = "email-needed"


class EmailTakenError(GatewayError):
    """There is an account with this e-mail address already."""

    code = "email-taken"


class InvitationInvalidError(GatewayError):
    """This one-time link was used or has expired. Ask for a new one."""

    code = "invitation-invalid"


class UnknownApiKeyError(GatewayError):
    """There is no such API key, or it was revoked."""

    code = "api-key-unknown"
