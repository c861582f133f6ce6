// Every article's line: read when the page is shown, read again as articles change.
import { untrack } from 'svelte';
import { session } from '../console/session.svelte.ts';
import { CallFailed } from '../http.ts';
import { type ArticleDetail, type ArticleLine, type ArticleNews, loadArticles } from './api.ts';

const AGAIN_MS = 400;

class Articles {
  lines = $state.raw<readonly ArticleLine[] | null>(null);
  error = $state<string | null>(null);
  denied = $state(false);
  titles = $derived(new Map((this.lines ?? []).map((line) => [line.slug, line.title])));
  #run = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #onNews = new Set<(news: ArticleNews) => void>();

  get(slug: string): ArticleLine | undefined {
    return this.lines?.find((line) => line.slug === slug);
  }

  /** Keep up while a page is shown; returns how to stop. To be called in an effect. */
  follow(): () => void {
    // What was missed while the line was down is read when it is up again.
    if (session.link.state === 'live' || untrack(() => this.lines === null)) void this.read();
    return session.onEvents((events) => {
      const news = events.flatMap((event) => (event.kind === 'article.updated' ? [event.data] : []));
      if (!news.length) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.read(), AGAIN_MS);
      for (const one of news) for (const listener of this.#onNews) listener(one);
    });
  }

  onNews(listener: (news: ArticleNews) => void): () => void {
    this.#onNews.add(listener);
    return () => this.#onNews.delete(listener);
  }

  async read(): Promise<void> {
    const run = ++this.#run;
    try {
      const { items } = await loadArticles();
      if (run !== this.#run) return;
      this.lines = items;
      this.error = null;
      this.denied = false;
    } catch (problem) {
      if (run !== this.#run) return;
      this.denied = problem instanceof CallFailed && problem.status === 403;
      this.error = problem instanceof Error ? problem.message : String(problem);
    }
  }

  /** An article as the hub has just answered with it. */
  take(detail: ArticleDetail): void {
    const { text: _, published_text: __, problems: ___, ...line } = detail;
    if (this.lines === null) return;
    this.lines = [...this.lines.filter((one) => one.slug !== line.slug), line];
  }
}

export const articles = new Articles();
