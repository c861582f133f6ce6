"""Reports that are sent by e-mail, again and again."""
