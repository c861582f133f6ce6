"""What people work in: the live console, its socket and its pages."""
