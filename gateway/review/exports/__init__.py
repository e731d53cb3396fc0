"""The log as others read it: formats, manifests, and bundles that prove themselves."""
