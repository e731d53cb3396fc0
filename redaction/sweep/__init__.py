"""The sweep: what was removed is searched for in what is left, however it is written."""
