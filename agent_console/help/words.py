"""What the help centre says besides the articles, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

PHONE = "850-891-4968"
"""The city's one number, staffed around the clock."""

BRINGS_IN = (
    "A person from the city is being brought in now.",
    "Ya se está avisando a una persona de la ciudad.",
)
"""What answers to emergencies close with: true in a conversation, where triage brings a person in,
and untrue on a page, which tells nobody."""

PATHS: Mapping[str, str] = {"en": "/help", "es": "/ayuda"}
"""Where the help centre is, by language."""

UNITS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "call-center": "Outages, water, garbage and streets",
        "billing": "Bills and payments",
        "energy-services": "Saving energy, rates and rebates",
        "commercial": "Businesses and landlords",
        "walk-in": "Visiting us",
        "social-media": "The DigiTally app",
        "quality-control": "Feedback and public records",
    },
    "es": {
        "call-center": "Apagones, agua, basura y calles",
        "billing": "Facturas y pagos",
        "energy-services": "Ahorro de energía, tarifas y reembolsos",
        "commercial": "Negocios y propietarios",
        "walk-in": "Visítenos",
        "social-media": "La aplicación DigiTally",
        "quality-control": "Comentarios y registros públicos",
    },
}
"""The units by what customers would look for, in the order of the page."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "help": "Help center",
        "intro": "Short answers about your utilities and city services.",
        "skip": "Skip to the content",
        "language": "Language",
        "breadcrumb": "Where you are",
        "search": "Search",
        "search_label": "What do you need help with?",
        "search_hint": "For example: pay my bill, report an outage, garbage day",
        "emergency": "Emergency?",
        "emergency_words": "If anybody is in danger, call 911 first. Then call us, day or night:",
        "topics": "All topics",
        "ask_us": "Ask us about these",
        "ask_us_words": "For these topics a person answers, because it depends on your account or "
        "on what is happening right now.",
        "results": "Answers for “{query}”",
        "result_count": "{count} found",
        "result_one": "1 found",
        "nothing": "Nothing was found for “{query}”",
        "nothing_words": "Please try other words, look through all topics, or ask us.",
        "did_you_mean": "Did you mean",
        "a_person_answers": "A person answers this",
        "no_answer": "We have no general answer to this: it depends on your account, your address "
        "or what is happening right now. Please ask us, and a person will look into it.",
        "other_language": "This answer is not there in English yet.",
        "steps": "What to do now",
        "person_follows": "This page tells nobody that you need help. Call us from a safe place, "
        "day or night:",
        "source": "Source",
        "reviewed": "Last reviewed",
        "helpful": "Was this helpful?",
        "yes": "Yes",
        "no": "No",
        "choose": "Please choose Yes or No.",
        "related": "Related topics",
        "reach": "How to reach us",
        "call": "Call",
        "always": "day or night",
        "write": "Write or chat",
        "write_words": "Send us a message",
        "write_hint": "Messages to the city are public records under Florida law. Please leave out "
        "card and social-security numbers.",
        "thanks": "Thank you!",
        "thanks_yes": "We are glad that it helped.",
        "thanks_no": "We are sorry that it did not help. Your answer helps us to write it better. "
        "A person can help you now:",
        "back": "Back to “{title}”",
        "missing": "This page is not here",
        "missing_words": "The topic may have been renamed or taken away. Please search, or look "
        "through all topics.",
        "busy": "One moment, please",
        "busy_words": "A lot came from your network just now. Please wait a minute and try again.",
        "print_note": "Printed from {url}",
    },
    "es": {
        "help": "Centro de ayuda",
        "intro": "Respuestas breves sobre sus servicios públicos y los servicios de la ciudad.",
        "skip": "Ir al contenido",
        "language": "Idioma",
        "breadcrumb": "Dónde está",
        "search": "Buscar",
        "search_label": "¿En qué le podemos ayudar?",
        "search_hint": "Por ejemplo: pagar la factura, reportar un apagón, día de la basura",
        "emergency": "¿Una emergencia?",
        "emergency_words": "Si alguien está en peligro, llame primero al 911. Después llámenos, a "
        "cualquier hora:",
        "topics": "Todos los temas",
        "ask_us": "Pregúntenos sobre estos temas",
        "ask_us_words": "Sobre estos temas le responde una persona, porque depende de su cuenta o "
        "de lo que está pasando en este momento.",
        "results": "Respuestas para «{query}»",
        "result_count": "{count} encontradas",
        "result_one": "1 encontrada",
        "nothing": "No se encontró nada para «{query}»",
        "nothing_words": "Pruebe con otras palabras, mire todos los temas o pregúntenos.",
        "did_you_mean": "¿Quiso decir",
        "a_person_answers": "Le responde una persona",
        "no_answer": "No tenemos una respuesta general: depende de su cuenta, de su dirección o de "
        "lo que está pasando en este momento. Pregúntenos y una persona lo revisará.",
        "other_language": "Esta respuesta todavía no está en español.",
        "steps": "Qué hacer ahora",
        "person_follows": "Esta página no avisa a nadie de que necesita ayuda. Llámenos desde un "
        "lugar seguro, a cualquier hora:",
        "source": "Fuente",
        "reviewed": "Última revisión",
        "helpful": "¿Le sirvió?",
        "yes": "Sí",
        "no": "No",
        "choose": "Elija Sí o No, por favor.",
        "related": "Temas relacionados",
        "reach": "Cómo comunicarse con nosotros",
        "call": "Llame al",
        "always": "a cualquier hora",
        "write": "Escriba o chatee",
        "write_words": "Envíenos un mensaje",
        "write_hint": "Según la ley de Florida, los mensajes a la ciudad son registros públicos. "
        "No escriba números de tarjeta ni de seguro social.",
        "thanks": "¡Gracias!",
        "thanks_yes": "Nos alegra que le haya servido.",
        "thanks_no": "Lamentamos que no le haya servido. Su respuesta nos ayuda a mejorarla. Una "
        "persona puede ayudarle ahora:",
        "back": "Volver a «{title}»",
        "missing": "Esta página no existe",
        "missing_words": "Puede que el tema haya cambiado de nombre o ya no esté. Busque o mire "
        "todos los temas.",
        "busy": "Un momento, por favor",
        "busy_words": "Llegaron muchas peticiones desde su red. Espere un minuto e inténtelo de "
        "nuevo.",
        "print_note": "Impreso de {url}",
    },
}

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
}


def said_day(day: date, language: str) -> str:
    """`November 1, 2026`, `1 de noviembre de 2026`."""
    month = _MONTHS[language].split()[day.month - 1]
    if language == "es":
        return f"{day.day} de {month} de {day.year}"
    return f"{month} {day.day}, {day.year}"
