// Articles to test with.
import type {
  ArticleLine,
  ArticleText,
} from '../../../agent_console/web/src/knowledge/api.ts';

export const line = (slug: string, more: Partial<ArticleLine> = {}): ArticleLine => ({
  slug,
  title: slug,
  unit: 'billing',
  state: 'published',
  confidence: 'H',
  emergency: false,
  version: 1,
  published: 1,
  review_due: '2026-12-01T00:00:00Z',
  overdue: false,
  updated_at: '2026-11-01T00:00:00Z',
  figures: { shown: 0, helpful: 0, unhelpful: 0, person: 0 },
  ...more,
});

export const text = (more: Partial<ArticleText> = {}): ArticleText => ({
  slug: 'pay-a-bill',
  title: 'Pay a bill',
  title_es: null,
  unit: 'billing',
  confidence: 'H',
  emergency: false,
  handover: false,
  source: 'The city’s pages',
  reviewed: '2026-11-01',
  phrases: ['how do I pay', 'pay my bill'],
  phrases_es: [],
  answer: 'Pay online.',
  answer_es: null,
  staff_note: null,
  ...more,
});
