"""Groups of commands of the command line, each a small application of its own."""
