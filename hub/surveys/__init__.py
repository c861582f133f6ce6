"""How satisfied customers were: asked once, after the resolution."""
