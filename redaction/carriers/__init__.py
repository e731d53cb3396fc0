"""Carriers that several formats share: Exif, XMP, colour profiles, JPEG segments."""
