"""What a video shows and sounds like, beside what went in."""
