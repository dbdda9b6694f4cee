"""Contact sheets of effects and presets over real photos and songs."""
