"""What happens in the music, and when: found over a whole track, with sight of what is to come.

`find` is the only door. All of it is numpy; each module names the papers that its method is from.
"""

from server.media.rhythm.events import Events, find

__all__ = ["Events", "find"]
