"""Our Rasa components. They run on Python 3.10 beside Rasa and import nothing of the hub."""
