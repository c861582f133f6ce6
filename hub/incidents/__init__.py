"""One cause, many inquiries: noticed, grouped, answered once for all."""
