"""Every way a sealed object or field can refuse to open.

Room: storage/sealed. Messages name no object, person or path.
"""


class SealedError(Exception):
    """The sealed object could not be opened."""


class TamperedError(SealedError):
    """The sealed bytes were changed, reordered or belong to another object."""


class TruncatedError(SealedError):
    """The sealed bytes end before their last segment."""


class ObjectMissingError(SealedError):
    """There is no such object, or its key was destroyed."""


class KeyShreddedError(SealedError):
    """The person's key was destroyed; nobody can open this any more."""


class CannotOpenError(SealedError):
    """This node holds public keys only: it can seal, never open."""


class UnsafeKeyFileError(SealedError):
    """A key file is readable by others or does not have the right form; fix it before starting."""


class WrongRootError(SealedError):
    """The root key is not the one that the stored keys are wrapped to; bring back the right one."""


class KeysUnavailableError(Exception):
    """The file of keys cannot be read or written at the moment; what it holds may be whole."""


class PassphraseWrongError(SealedError):
    """The passphrase does not open the root key."""


class KeyServerError(SealedError):
    """The key server that keeps the root key does not answer, or refuses."""


class KeySdkMissingError(SealedError):
    """The AWS SDK is not installed: install drawbridge-gateway[kms], or change keys.custody."""


class RootInUseError(SealedError):
    """There are still keys wrapped to this root, or it is the one in use; nothing was changed."""


class SuiteOverError(SealedError):
    """Nothing new may be sealed in this format any more; what is sealed still opens."""


class RetiredKeyError(SealedError):
    """This key of the person is no longer in use; they have another."""
