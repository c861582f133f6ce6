"""The chatbot's side of the hub: the Responder that asks Rasa, and the emergency rules."""
