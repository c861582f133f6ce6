"""What people are told beside their tickets: warnings, breaches, incidents, a word in the ear."""
