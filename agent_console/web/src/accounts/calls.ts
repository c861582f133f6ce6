// Calls of the accounts page: what only those ask who look after the channels.
import type { AccountChecked, AccountKind, AccountView, UnreadableBody } from '../api.ts';
import { call } from '../http.ts';

const api = '/api/v1';

export interface NewAccount {
  kind: string;
  slug: string;
  name: string;
  external_id: string;
  unit: string;
  secrets: Record<string, string>;
  base_url?: string;
  /** Add it even if the platform refuses the credentials. */
  force: boolean;
}

export interface Authorisation {
  secrets: Record<string, string>;
  force: boolean;
  leave_sandbox: boolean;
}

export interface AccountPatch {
  name?: string;
  unit?: string;
  enabled?: boolean;
}

/** A body that could not be read, as a supervisor may look at it: numbers masked. */
export interface OpenedBody extends UnreadableBody {
  text: string;
  /** There is more of it than is shown. */
  cut: boolean;
}

export interface Replayed {
  new_messages: number;
  still_unreadable: number;
}

export const loadAccounts = () => call<{ items: AccountView[] }>(`${api}/accounts`);
export const loadAccountKinds = () => call<AccountKind[]>(`${api}/account-kinds`);
// Not repeatable by a key: an answer that shows a secret once is not kept to be given again.
export const addAccount = (body: NewAccount) =>
  call<AccountChecked>(`${api}/accounts`, { method: 'POST', body });
export const changeAccount = (id: number, body: AccountPatch) =>
  call<AccountView>(`${api}/accounts/${id}`, { method: 'PATCH', body });
export const authoriseAccount = (id: number, body: Authorisation) =>
  call<AccountChecked>(`${api}/accounts/${id}/authorise`, { method: 'POST', body });
export const checkAccount = (id: number) =>
  call<AccountChecked>(`${api}/accounts/${id}/check`, { method: 'POST' });

export const loadUnreadable = (cursor: string | null) =>
  call<{ items: UnreadableBody[]; next_cursor: string | null }>(`${api}/unreadable`, {
    query: { cursor },
  });
export const openUnreadable = (id: number) => call<OpenedBody>(`${api}/unreadable/${id}`);
export const replayUnreadable = (id: number) =>
  call<Replayed>(`${api}/unreadable/${id}/replay`, { method: 'POST' });
export const dismissUnreadable = (id: number, reason: string) =>
  call<void>(`${api}/unreadable/${id}/dismiss`, { method: 'POST', body: { reason } });
