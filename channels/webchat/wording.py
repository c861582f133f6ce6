"""What the form's pages say, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from channels.webchat.language import Language

WORDS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "contact": "Contact us",
        "contact_city": "Contact {city}",
        "ways": "Ask in the chat at the corner of this page, write us below, or call 850-891-4968.",
        "ask": "Ask {city}",
        "write": "Write us a message",
        "name": "Your name",
        "optional": "(optional)",
        "about": "What is it about?",
        "empty_trap": "Leave this empty",
        "send": "Send",
        "private_page": "You get a private page where you can read the answer.",
        "your_message": "Your message",
        "keep": "Keep this page's address: it is the way back to your answer.",
        "look": "Look for an answer now",
        "conversation": "Conversation",
        "you": "You",
        "add": "Add something",
        "not_found": "Not found",
        "no_message": "There is no message here",
        "incomplete": "The address may be incomplete.",
        "write_us": "Write us",
        "or_call": "or call 850-891-4968.",
        "emergency": "In an emergency (a smell of gas, a fallen power line, fire) leave first and "
        "call 911.",
        "records": "Under Florida law, e-mail addresses and messages sent to the city are public "
        "records (s. 668.6076). Do not write card or social-security numbers here.",
        "error_empty": "Please write your message.",
        "error_long": "Please keep it under {most} characters; yours has {size}.",
        "error_fast": "That was a lot at once. Please wait a minute and send it again.",
    },
    "es": {
        "contact": "Contáctenos",
        "contact_city": "Contacte a {city}",
        "ways": "Pregunte en el chat en la esquina de esta página, escríbanos aquí abajo o llame "
        "al 850-891-4968.",
        "ask": "Pregunte a {city}",
        "write": "Escríbanos un mensaje",
        "name": "Su nombre",
        "optional": "(opcional)",
        "about": "¿De qué se trata?",
        "empty_trap": "Deje esto vacío",
        "send": "Enviar",
        "private_page": "Recibirá una página privada donde podrá leer la respuesta.",
        "your_message": "Su mensaje",
        "keep": "Guarde la dirección de esta página: con ella vuelve a su respuesta.",
        "look": "Buscar ahora una respuesta",
        "conversation": "Conversación",
        "you": "Usted",
        "add": "Añadir algo",
        "not_found": "No encontrado",
        "no_message": "Aquí no hay ningún mensaje",
        "incomplete": "Quizá la dirección esté incompleta.",
        "write_us": "Escríbanos",
        "or_call": "o llame al 850-891-4968.",
        "emergency": "En una emergencia (olor a gas, un cable eléctrico caído, fuego), salga "
        "primero y llame al 911.",
        "records": "Según la ley de Florida, las direcciones de correo electrónico y los mensajes "
        "enviados a la ciudad son registros públicos (s. 668.6076). No escriba aquí números de "
        "tarjeta ni de Seguro Social.",
        "error_empty": "Por favor, escriba su mensaje.",
        "error_long": "Por favor, no pase de {most} caracteres; el suyo tiene {size}.",
        "error_fast": "Fue mucho de una vez. Espere un minuto y envíelo de nuevo.",
    },
}
