"""The public help centre: published articles as pages, in English and Spanish."""
