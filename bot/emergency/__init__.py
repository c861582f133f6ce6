"""Recognising an emergency by rules, before Rasa and without it, in English and Spanish.

A miss is the worst error of the system, so a rule asks for little: two or three concepts near
each other, in whatever words and language ("the wire thing" and "is lying on the lawn"). What
people say with the same words and without danger ("your rates are a gas") are concepts too, and
lift a rule where they stand near.

`spelling` and `text` make plain words of a message, `reading` finds concepts in them, `rule`
says how concepts make a danger, `senses` and `context` hold the concepts that dangers share, and
the modules named after a danger hold its own concepts and its rules.
"""

from bot.emergency.recognise import EmergencyMatch, recognise

__all__ = ["EmergencyMatch", "recognise"]
