// The hub's words to the widget, see docs/widget.md.

export interface ChatFile {
  name: string | null;
  type: string;
  url: string;
}

export interface ChatMessage {
  id: number;
  /** What the visitor's own page called it. */
  key?: string | null;
  from: 'you' | 'bot' | 'agent';
  name: string;
  body: string;
  at: string;
  choices: { title: string; value: string }[];
  files?: ChatFile[];
}

/** What the visitor may expect. */
export interface Standing {
  status: 'none' | 'bot' | 'waiting' | 'with_agent' | 'resolved';
  position: number | null;
  agent: string | null;
  open: boolean;
  opens_at: string | null;
  bot: boolean;
}

export interface Welcome {
  type: 'welcome';
  token: string | null;
  messages: ChatMessage[];
  city: string;
  zone: string;
  standing: Standing;
  pass: string;
  transcript: string;
}

export type Frame =
  | Welcome
  | { type: 'accepted'; key: string; message: ChatMessage }
  | { type: 'message'; message: ChatMessage }
  | { type: 'standing'; standing: Standing }
  | { type: 'typing'; name: string }
  /** `retry`: the hub could not store it just now: it is sent again. */
  | { type: 'error'; code: string; key?: string; retry?: boolean }
  | { type: 'refused'; code: string }
  | { type: 'ping' };

/** A file the hub has, and the handle to name it by in a message. */
export interface Upload {
  name: string;
  file: string;
}
