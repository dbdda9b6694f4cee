"""What happens in the music, and when: detected over a whole track, with sight of what is to come.

All of it is numpy; each module names the papers that its method is from.
"""
