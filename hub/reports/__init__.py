"""What supervisors watch."""
