"""Forms over Rasa's dialogue: what a message means while one is open, and what a value may be."""
