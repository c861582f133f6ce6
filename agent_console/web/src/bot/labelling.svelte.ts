// Labelling as fast as one can type: what is decided counts at once, the hub is told behind it.
import { clock } from '../console/clock.svelte.ts';
import { session } from '../console/session.svelte.ts';
import { toasts } from '../console/toasts.svelte.ts';
import { CallFailed } from '../http.ts';
import { type Example, labelExample, loadExamples } from './api.ts';
import {
  emptyQueue,
  label,
  putBack,
  type Queue,
  takeBack,
  wantsMore,
  withDone,
  withPage,
} from './queue.ts';

const PAGE = 40;
const LATEST = 20;

class Labelling {
  queue = $state.raw<Queue>(emptyQueue);
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  error = $state<string | null>(null);
  denied = $state(false);
  /** Labels that the hub has not confirmed yet. */
  unsent = $state(0);
  /** For the live region. */
  said = $state('');
  #reading = false;
  /** What is still to be told of a message, one after the other. */
  #chains = new Map<number, Promise<void>>();

  get current(): Example | null {
    return this.queue.waiting[0] ?? null;
  }

  /** Read anew what waits and what was labelled. */
  async read(): Promise<void> {
    this.error = null;
    if (this.state === 'failed') this.state = 'loading';
    try {
      const unsent = this.unsent;
      const [open, labelled] = await Promise.all([
        loadExamples('open', PAGE),
        loadExamples('labelled', LATEST),
      ]);
      this.queue = withDone(withPage(this.queue, open, unsent), labelled.items);
      this.state = 'ready';
      this.denied = false;
    } catch (problem) {
      this.#failed(problem);
    }
  }

  #failed(problem: unknown): void {
    this.denied = problem instanceof CallFailed && problem.status === 403;
    this.error = problem instanceof Error ? problem.message : String(problem);
    this.state = 'failed';
  }

  /** The next page, before the last message of this one is reached. */
  async more(): Promise<void> {
    if (this.#reading || !wantsMore(this.queue)) return;
    this.#reading = true;
    try {
      const unsent = this.unsent;
      const page = await loadExamples('open', PAGE, this.queue.cursor);
      this.queue = withPage(this.queue, page, unsent);
      this.state = 'ready';
      this.error = null;
    } catch (problem) {
      this.#failed(problem);
    } finally {
      this.#reading = false;
    }
  }

  decide(slug: string, name: string): void {
    const example = this.current;
    if (!example) return;
    this.queue = label(this.queue, example.id, slug, session.agent.name, clock.iso());
    const next = this.current;
    this.said = next ? `${name}. Next: ${next.text}` : `${name}. That was the last one.`;
    this.#tell(example.id, slug, (words) => {
      this.queue = takeBack(this.queue, example.id);
      toasts.fail(`The label was not kept: the message is back. ${words}`);
    });
    void this.more();
  }

  /** Take the last label back, or that of one message. */
  undo(id: number | undefined = this.queue.done[0]?.id): void {
    const example = this.queue.done.find((one) => one.id === id);
    if (!example) {
      this.said = 'There is nothing to take back.';
      return;
    }
    this.queue = takeBack(this.queue, example.id);
    this.said = `Taken back: ${example.text}`;
    this.#tell(example.id, null, (words) => {
      this.queue = putBack(this.queue, example);
      toasts.fail(`The label could not be taken back. ${words}`);
    });
  }

  #tell(id: number, slug: string | null, refused: (words: string) => void): void {
    this.unsent += 1;
    const before = this.#chains.get(id) ?? Promise.resolve();
    const told = before.then(async () => {
      try {
        await labelExample(id, slug);
      } catch (problem) {
        refused(problem instanceof Error ? problem.message : String(problem));
      } finally {
        this.unsent -= 1;
        if (this.#chains.get(id) === told) this.#chains.delete(id);
        // Others may have come meanwhile.
        if (this.unsent === 0 && this.current === null && this.state === 'ready') void this.read();
      }
    });
    this.#chains.set(id, told);
  }
}

export const labelling = new Labelling();
