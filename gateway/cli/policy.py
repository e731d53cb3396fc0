"""``drawbridge policy``: ask the law packs, offline, what a route needs.

Room: gateway/cli. Loads the packs as the gateway does and calls the same pure decision.
"""
