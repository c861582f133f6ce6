// What the composer's parts are called, by what is being written.
import type { Draft } from '../../model/drafts.ts';

export const names = {
  reply: { form: 'Write a reply', field: 'Reply', save: 'Send', end: 'Send and resolve' },
  note: {
    form: 'Write a private note',
    field: 'Private note',
    save: 'Save note',
    end: 'Save and resolve',
  },
  logged: {
    form: 'Log an answer given elsewhere',
    field: 'What was answered',
    save: 'Log reply',
    end: 'Log and resolve',
  },
  whisper: {
    form: 'Write a whisper',
    field: 'Whisper',
    save: 'Whisper',
    // A word in somebody's ear ends nothing.
    end: '',
  },
};

export function placeholder(mode: Draft['mode'], platform: string, ear: string | null): string {
  switch (mode) {
    case 'reply':
      return 'Write a reply';
    case 'note':
      return 'Write a note for your colleagues';
    case 'logged':
      return `What did you answer on ${platform}?`;
    case 'whisper':
      return `Write to ${ear ?? 'whoever has it'}; the customer never sees it`;
  }
}
