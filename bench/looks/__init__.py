"""Contact sheets of effects and presets over real photographs and songs."""
