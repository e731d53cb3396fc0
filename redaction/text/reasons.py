"""Why something was taken for personal: one sentence for each rule, for whoever reviews it.

Room: redaction/text. Pure; a table. Rules have stable names, so that reviewers' accepting and
rejecting can be counted for each.
"""

from typing import Final

REASONS: Final = {
    "email.syntax": "It has the form of an e-mail address in a domain that exists.",
    "email.spelt": "It spells out an e-mail address, as people do to avoid spam.",
    "network.ip": "It is an address on a network, and no version or clause number.",
    "network.hardware": "It is the hardware address of a network card.",
    "path.local": "It is a path on somebody's computer or a company's share.",
    "phone.country-code": "It begins with a country code and can be dialled there.",
    "phone.labelled": "A word before it announces a telephone number.",
    "phone.shape": "It is written as telephone numbers are, and no part number is announced.",
    "phone.extension": "It is an extension: a word before it says so.",
    "phone.another": "It follows a telephone number as another one.",
    "identity.checked": "It has the form and the check digits of an identity number.",
    "identity.labelled": "A word before it announces an identity number.",
    "bank.iban": "It is an account number whose check digits are right (IBAN).",
    "bank.card": "It is a card number whose check digit is right.",
    "bank.labelled": "A word before it announces a bank account.",
    "bank.japanese": "It names a bank, a branch and an account.",
    "bank.wallet": "It is an account of a payment service.",
    "chat.labelled": "A messenger's name before it announces an account.",
    "chat.shape": "It has the form of a messenger's own account numbers.",
    "chat.profile": "It is a profile on a social network.",
    "login.home": "It names somebody's home directory.",
    "login.address": "It is who logs in, in an address.",
    "login.domain": "It is a user of a Windows domain.",
    "login.labelled": "A word before it announces a user name.",
    "address.grammar": "It is written as postal addresses are.",
    "address.labelled": "A word before it announces a postal address.",
    "name.labelled": "A label before it announces a person, and it has the form of a name.",
    "name.initials": "A label announces a person, and these are initials.",
    "name.also": "It stands beside another name, as a second one.",
    "name.beside": "It stands beside a telephone number or an address of mail.",
    "name.titled": "A title or a form of address belongs to it.",
    "name.nickname": "It is how colleagues call somebody by the surname.",
    "name.full": "Its words are a given name and a surname.",
    "name.pinyin": "Its words are a Chinese surname and given name in Latin letters.",
    "name.given": "It is a given name where somebody does or is asked something.",
    "name.initialled": "It is a surname with initials.",
    "name.revision": "It stands beside a date in a revision row.",
    "name.dated": "It is a surname beside a date.",
    "name.context": "The words round it speak of a person.",
    "echo.removed": "It was taken out of the file elsewhere and stands here again.",
    "name.chinese": "Read as a Chinese name it is likelier than as words.",
}


def why(rule: str) -> str:
    """Return the sentence for ``rule``; nothing for a rule that has none."""
    return REASONS.get(rule, "")
