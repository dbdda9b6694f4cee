"""The commands of `toqibox`, one module a command."""
