// Everything the widget says, in English and Spanish. {0} and {1} are filled in by `say`.

const english = {
  title: 'Ask the city',
  close: 'Close chat',
  unread: '{0}, {1} new',
  messages: 'Messages',
  yours: 'Your message',
  write: 'Write a message',
  send: 'Send',
  attach: 'Attach a file',
  remove: 'Remove {0}',
  save: 'Save the conversation',
  choose: 'Choose one',
  connecting: 'Connecting… What you write is kept and sent.',
  introBot:
    'You are writing with the automated assistant of {0}. It says so when a person takes over. In an emergency call 911.',
  introPeople: 'You are writing with {0}. A person will answer. In an emergency call 911.',
  you: 'You',
  assistant: 'Assistant',
  automated: '{0} · automated',
  sending: 'Sending…',
  notSent: 'Not sent: {0}',
  again: 'Send again',
  file: 'File',
  sendingFile: 'Sending {0}…',
  next: 'You are next. A person will answer here.',
  position: 'You are number {0} in the queue. A person will answer here.',
  withAgent: '{0} is looking after you.',
  withPerson: 'A person is looking after you.',
  typing: '{0} is writing…',
  closed: 'Our offices are closed. People are back {0}.',
  leave: 'Leave a message',
  leaveHint: 'Say how we can reach you. We answer here or there, once we are open.',
  back: 'Back to the chat',
  name: 'Your name (optional)',
  contact: 'E-mail or telephone',
  left: 'Thank you. Your message is with us. People are back {0}.',
  signIn: 'Your sign-in could not be confirmed. Please reload the page or sign in again.',
  errors: {
    empty: 'An empty message is not sent.',
    'too-long': 'A message may have 4,000 characters.',
    'too-fast': 'That was a lot at once. Please wait a moment.',
    'too-much-from-network': 'A lot came from your network. Please wait a minute.',
    'no-contact': 'Please give an e-mail address or a telephone number.',
    'too-many-files': 'Too many files at once.',
    'file-too-large': 'A file may have 10 MB.',
    'file-refused': 'Only images, video, sound and PDF can be sent, up to 10 MB.',
    'file-unknown': 'The file was sent too long ago. Please attach it again.',
    other: 'That did not work. Please try again.',
  },
};

export type Texts = typeof english;

const spanish: Texts = {
  title: 'Pregunte a la ciudad',
  close: 'Cerrar el chat',
  unread: '{0}, {1} sin leer',
  messages: 'Mensajes',
  yours: 'Su mensaje',
  write: 'Escriba un mensaje',
  send: 'Enviar',
  attach: 'Adjuntar un archivo',
  remove: 'Quitar {0}',
  save: 'Guardar la conversación',
  choose: 'Elija una opción',
  connecting: 'Conectando… Lo que escriba se guarda y se envía.',
  introBot:
    'Escribe con el asistente automático de {0}. Le avisa cuando responde una persona. En una emergencia llame al 911.',
  introPeople: 'Escribe a {0}. Le responderá una persona. En una emergencia llame al 911.',
  you: 'Usted',
  assistant: 'Asistente',
  automated: '{0} · automático',
  sending: 'Enviando…',
  notSent: 'No enviado: {0}',
  again: 'Enviar de nuevo',
  file: 'Archivo',
  sendingFile: 'Enviando {0}…',
  next: 'Es su turno. Una persona responderá aquí.',
  position: 'Es el número {0} en la cola. Una persona responderá aquí.',
  withAgent: '{0} le atiende.',
  withPerson: 'Una persona le atiende.',
  typing: '{0} está escribiendo…',
  closed: 'Nuestras oficinas están cerradas. Le atendemos de nuevo {0}.',
  leave: 'Dejar un mensaje',
  leaveHint: 'Díganos cómo localizarle. Respondemos aquí o allí cuando abramos.',
  back: 'Volver al chat',
  name: 'Su nombre (opcional)',
  contact: 'Correo electrónico o teléfono',
  left: 'Gracias. Tenemos su mensaje. Le atendemos de nuevo {0}.',
  signIn: 'No se pudo confirmar su sesión. Recargue la página o inicie sesión de nuevo.',
  errors: {
    empty: 'Un mensaje vacío no se envía.',
    'too-long': 'Un mensaje puede tener 4,000 caracteres.',
    'too-fast': 'Fue mucho de una vez. Espere un momento.',
    'too-much-from-network': 'Llegó mucho desde su red. Espere un minuto.',
    'no-contact': 'Indique un correo electrónico o un teléfono.',
    'too-many-files': 'Demasiados archivos a la vez.',
    'file-too-large': 'Un archivo puede tener 10 MB.',
    'file-refused': 'Solo se envían imágenes, video, sonido y PDF, de hasta 10 MB.',
    'file-unknown': 'El archivo se envió hace demasiado tiempo. Adjúntelo de nuevo.',
    other: 'No funcionó. Inténtelo de nuevo.',
  },
};

export type Language = 'en' | 'es';

/** The first of these that says a language we speak, English otherwise. */
export function languageOf(...wishes: (string | null | undefined)[]): Language {
  for (const wish of wishes) {
    if (/^es\b/i.test(wish ?? '')) return 'es';
    if (/^en\b/i.test(wish ?? '')) return 'en';
  }
  return 'en';
}

export const textsIn = (language: Language): Texts => (language === 'es' ? spanish : english);

export const say = (text: string, ...values: (string | number)[]): string =>
  text.replace(/\{(\d)\}/g, (_, index: string) => String(values[Number(index)] ?? ''));

export const errorText = (texts: Texts, code: string | undefined): string =>
  (texts.errors as Record<string, string>)[code ?? ''] ?? texts.errors.other;

/** When somebody is back, in the city's time: "Monday at 8:00 AM", "el lunes a las 8:00". */
export function backAt(language: Language, iso: string | null, zone: string): string {
  if (!iso) return '';
  const at = new Date(iso);
  const spanish = language === 'es';
  const tell = (options: Intl.DateTimeFormatOptions): string =>
    at.toLocaleString(spanish ? 'es' : 'en-US', { ...options, timeZone: zone });
  const far = at.getTime() - Date.now() > 6 * 86_400_000;
  const day = tell({ weekday: 'long', ...(far ? { month: 'long', day: 'numeric' } : {}) });
  const time = tell({ hour: 'numeric', minute: '2-digit' });
  return spanish ? `el ${day} a las ${time}` : `${day} at ${time}`;
}
