"""What the survey's page says, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "How did we do?",
        "question": "How satisfied are you with how your inquiry was handled?",
        "one_tap": "One tap is enough.",
        "score_1": "Very dissatisfied",
        "score_2": "Dissatisfied",
        "score_3": "Neutral",
        "score_4": "Satisfied",
        "score_5": "Very satisfied",
        "of_five": "{score} of 5",
        "thanks": "Thank you!",
        "saved": "Your answer is saved:",
        "comment_saved": "Your comment is saved, too.",
        "comment": "Would you like to add something?",
        "optional": "(optional)",
        "comment_hint": "Messages to the city are public records under Florida law. Please leave "
        "out card and social-security numbers.",
        "send_comment": "Save comment",
        "change": "Change the answer",
        "your_answer": "your answer now",
        "until": "You can change it for two weeks after you were asked.",
        "expired": "This survey is closed",
        "expired_words": "It could be answered for two weeks. Thank you for coming by all the "
        "same!",
        "unknown": "There is no survey here",
        "unknown_words": "The address may be incomplete. Please try the link in our message again.",
        "busy": "One moment, please",
        "busy_words": "A lot came from your network just now. Please wait a minute and try again; "
        "what you had answered before is kept.",
        "still": "Is something still open?",
        "write_us": "Write to us",
        "error": "Error",
        "error_score": "Please choose one of the five answers.",
        "error_long": "Please keep it under {most} characters.",
        "error_fast": "That was a lot at once. Please wait a minute and save it again.",
    },
    "es": {
        "title": "¿Cómo le atendimos?",
        "question": "¿Qué tan satisfecho está con la atención que recibió su consulta?",
        "one_tap": "Basta con un toque.",
        "score_1": "Muy insatisfecho",
        "score_2": "Insatisfecho",
        "score_3": "Neutral",
        "score_4": "Satisfecho",
        "score_5": "Muy satisfecho",
        "of_five": "{score} de 5",
        "thanks": "¡Gracias!",
        "saved": "Su respuesta está guardada:",
        "comment_saved": "Su comentario también está guardado.",
        "comment": "¿Desea añadir algo?",
        "optional": "(opcional)",
        "comment_hint": "Según la ley de Florida, los mensajes a la ciudad son registros públicos. "
        "No escriba números de tarjeta ni de seguro social.",
        "send_comment": "Guardar el comentario",
        "change": "Cambiar la respuesta",
        "your_answer": "su respuesta actual",
        "until": "Puede cambiarla durante dos semanas desde que le preguntamos.",
        "expired": "Esta encuesta está cerrada",
        "expired_words": "Se podía responder durante dos semanas. ¡Gracias por venir de todos "
        "modos!",
        "unknown": "Aquí no hay ninguna encuesta",
        "unknown_words": "Puede que la dirección esté incompleta. Pruebe otra vez el enlace de "
        "nuestro mensaje.",
        "busy": "Un momento, por favor",
        "busy_words": "Llegaron muchas peticiones desde su red. Espere un minuto e inténtelo de "
        "nuevo; lo que ya había respondido se conserva.",
        "still": "¿Queda algo pendiente?",
        "write_us": "Escríbanos",
        "error": "Error",
        "error_score": "Elija una de las cinco respuestas.",
        "error_long": "Escriba menos de {most} caracteres, por favor.",
        "error_fast": "Fue mucho de una vez. Espere un minuto y guárdelo de nuevo.",
    },
}
