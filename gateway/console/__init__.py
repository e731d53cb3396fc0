"""The web console: server-rendered pages with small islands.

Room: gateway/console. Pages are Jinja2 templates that escape everything; what changes something
goes through the JSON API, sent by islands (TypeScript, bundled by gateway.console.bundle).
"""
