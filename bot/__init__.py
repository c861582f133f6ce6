"""What answers in the city's name before a person does."""
