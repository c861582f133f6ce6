"""What happens to an inquiry before a person reads it: emergencies, the bot, the unit."""
