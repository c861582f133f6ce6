"""What the city knows: articles as rows, their versions, figures and search."""
