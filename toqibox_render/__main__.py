"""Make `python -m toqibox_render` the same as `toqibox`."""

from toqibox_render import main

if __name__ == "__main__":
    main()
