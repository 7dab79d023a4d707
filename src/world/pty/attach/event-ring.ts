/** What has happened on a host, each with a number of its own: who was away for a while is told what it missed, or that it missed too much. */
import type { HostNews, NumberedNews } from '#world/pty/host';
import type { Part } from '#world/pty/parts';

/** Events that are kept. */
const LIMIT = 10_000;
/** How often it is told that a session printed, ms. */
const OUTPUT_MS = 1_000;

type EventsState = { readonly seq: number; readonly lost: number; readonly kept: ReadonlyArray<[number, HostNews]> };

/** The last events of a host. */
export class EventRing {
  readonly #kept = new Map<number, HostNews>();
  readonly #listeners = new Set<(event: NumberedNews) => void>();
  readonly #printed = new Map<string, number>();
  readonly #unsaid = new Map<string, number>();
  #seq = 0;
  #lost = 0;
  #timer: NodeJS.Timeout | undefined;

  /** For the next host, which goes on with the numbers, and knows what is kept. */
  readonly part: Part = {
    name: 'events',
    state: () => {
      this.#sayPrinted(); // the next host would not know that it is owed
      return { seq: this.#seq, lost: this.#lost, kept: [...this.#kept] };
    },
    resume: (state) => {
      const { seq, lost, kept } = state as EventsState;
      this.#seq = seq;
      this.#lost = lost;
      for (const [n, news] of kept) {
        this.#kept.set(n, news);
        if (news.type === 'output') this.#printed.set(news.id, n);
      }
    },
  };

  /** Number of the last event; the first has 1. */
  get seq(): number {
    return this.#seq;
  }

  /** Keeps an event and tells that there is one. */
  tell(news: HostNews): void {
    this.#seq++;
    if (news.type === 'output') {
      // how far a session has printed makes what was said of it before worthless
      this.#kept.delete(this.#printed.get(news.id) ?? 0);
      this.#printed.set(news.id, this.#seq);
    } else if (news.type === 'forgotten') {
      this.#printed.delete(news.session.id);
      this.#unsaid.delete(news.session.id);
    }
    this.#kept.set(this.#seq, news);
    for (const [oldest] of this.#kept) {
      if (this.#kept.size <= LIMIT) break;
      this.#kept.delete(oldest);
      this.#lost = oldest;
    }
    for (const listener of this.#listeners) listener({ n: this.#seq, news });
  }

  /** A session has printed up to this byte: told a second later at most, however much it prints. */
  printed(id: string, seq: number): void {
    this.#unsaid.set(id, seq);
    this.#timer ??= setTimeout(() => this.#sayPrinted(), OUTPUT_MS).unref();
  }

  /** At most `most` events after number `from`, oldest first; undefined when some of them are no longer here, or not of this host. */
  after(from: number, most: number): NumberedNews[] | undefined {
    if (from < this.#lost || from > this.#seq) return undefined;
    const found: NumberedNews[] = [];
    for (const [n, news] of this.#kept) {
      if (found.length === most) break;
      if (n > from) found.push({ n, news });
    }
    return found;
  }

  /** Calls back after each event, until the returned function is called. */
  onNews(listener: (event: NumberedNews) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #sayPrinted(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [id, seq] of this.#unsaid) {
      this.#unsaid.delete(id);
      this.tell({ type: 'output', id, seq });
    }
  }
}
