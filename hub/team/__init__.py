"""Units, agents, and what each of them may see and do."""
