"""One line of a handler broken at a time: the tests of its format must notice each."""
