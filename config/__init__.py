"""The fuse box: settings and data packs in, nothing out."""
