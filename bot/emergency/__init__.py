"""Recognising an emergency by rules, before Rasa and without it, in English and Spanish.

A miss is the worst error of the system, so a rule wants few words and tolerates typing
errors; each has exceptions for what people say with the same words ("your rates are a gas").
`text` makes plain sentences of a message, `rule` says what a rule is, the modules named after
the danger hold the rules.
"""

from bot.emergency.recognise import EmergencyMatch, recognise

__all__ = ["EmergencyMatch", "recognise"]
