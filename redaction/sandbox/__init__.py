"""The wall: hostile bytes are parsed behind it, in a process that can touch nothing."""
