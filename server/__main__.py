"""`python -m server` is `toqibox`."""

from server.cli import main

if __name__ == "__main__":
    main()
