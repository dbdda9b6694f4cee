"""What the words after `toqibox` do, one module a word."""
