"""People in words: e-mails, phones, paths and addresses in free text."""
