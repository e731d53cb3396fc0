"""Notices: put into an outbox with what they tell, delivered by mail and to webhooks."""
