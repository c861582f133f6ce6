// The bot, its models and a training as it goes on: read when shown, kept current by events.
import { untrack } from 'svelte';
import { session } from '../console/session.svelte.ts';
import { CallFailed } from '../http.ts';
import { type Bot, type BotModel, type BotNews, loadBot, loadModels } from './api.ts';

const AGAIN_MS = 300;

class BotStore {
  bot = $state.raw<Bot | null>(null);
  models = $state.raw<readonly BotModel[] | null>(null);
  error = $state<string | null>(null);
  denied = $state(false);
  #run = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  training = $derived(
    this.models?.find((one) => one.state === 'training') ??
      this.models?.find((one) => one.state === 'wanted') ??
      null,
  );
  active = $derived(this.models?.find((one) => one.active) ?? this.bot?.active ?? null);

  /** Keep up while a page is shown; returns how to stop. To be called in an effect. */
  follow(): () => void {
    if (session.link.state === 'live' || untrack(() => this.models === null)) void this.read();
    return session.onEvents((events) => {
      for (const event of events) {
        if (event.kind === 'bot.updated') this.#hear(event.data);
        // The bot comes up, goes down, or takes a model.
        else if (event.kind === 'system.changed') this.#readSoon();
      }
    });
  }

  #hear(news: BotNews): void {
    const held = this.models?.find((one) => one.id === news.id);
    if (held) {
      this.models = (this.models ?? []).map((one) =>
        one.id === news.id ? { ...one, state: news.state, progress: news.progress } : one,
      );
    }
    if (!held || held.state !== news.state) this.#readSoon();
  }

  #readSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.read(), AGAIN_MS);
  }

  async read(): Promise<void> {
    const run = ++this.#run;
    try {
      const [bot, models] = await Promise.all([loadBot(), loadModels()]);
      if (run !== this.#run) return;
      this.bot = bot;
      this.models = models.items;
      this.error = null;
      this.denied = false;
    } catch (problem) {
      if (run !== this.#run) return;
      this.denied = problem instanceof CallFailed && problem.status === 403;
      this.error = problem instanceof Error ? problem.message : String(problem);
    }
  }

  take(model: BotModel): void {
    const rest = (this.models ?? []).filter((one) => one.id !== model.id);
    this.models = [model, ...rest].sort((a, b) => b.id - a.id);
  }
}

export const bot = new BotStore();
