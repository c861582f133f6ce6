// What people are told beside their tickets, word for word, and the calls about it.
import type { Message } from '../api.ts';
import { call } from '../http.ts';

export type NoticeKind =
  | 'sla_warning'
  | 'sla_breach'
  | 'emergency'
  | 'incident'
  | 'channel'
  | 'whisper'
  | 'report'
  | 'bot'
  | 'review';
export type Severity = 'info' | 'warning' | 'critical';

export interface Notice {
  id: number;
  at: string;
  kind: NoticeKind;
  severity: Severity;
  audience: 'agent' | 'unit' | 'supervisors';
  agent_id: number | null;
  unit: string | null;
  ticket_id: number | null;
  incident_id: number | null;
  text: string;
  author: string | null;
  detail: Record<string, unknown>;
  acknowledged_at: string | null;
  acknowledged_by: string | null;
}

export interface NoticePage {
  items: Notice[];
  next_cursor: string | null;
  unseen: number;
}

export const loadNotices = (cursor: string | null = null) =>
  call<NoticePage>('/api/v1/notices', { query: { cursor, limit: 30 } });
export const seeNotices = (until: number) =>
  call<{ unseen: number }>('/api/v1/notices/seen', { method: 'POST', body: { until } });
export const acknowledgeNotice = (id: number) =>
  call<Notice>(`/api/v1/notices/${id}/acknowledge`, { method: 'POST' });
export const postWhisper = (ticketId: number, body: string, key: string) =>
  call<Message>(`/api/v1/tickets/${ticketId}/whisper`, { method: 'POST', body: { body }, key });
