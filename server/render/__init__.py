"""Drawing: effects through OpenGL into frames."""
