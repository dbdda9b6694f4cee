"""What all tests share: how generated examples are chosen."""

import os

from hypothesis import settings

# The same examples in every run, so that a failure is of the change and not of the day; the long
# proofs look for new ones. How long one takes says more of the machine than of the code.
settings.register_profile("suite", derandomize=True, deadline=None)
settings.register_profile("proof", deadline=None)
settings.load_profile("proof" if os.environ.get("PROOF") == "full" else "suite")
