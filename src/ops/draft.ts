import type { Change, NewEvent, Put } from '#core/change';
import type { Noun, Records } from '#core/records';
import type { Reading } from '#world/store/books';

/** A change that several hands write: what one of them has put is what the next one reads. */
export class Draft implements Reading {
  readonly #reading: Reading;
  readonly #put = new Map<string, Put>();
  readonly #events: NewEvent[] = [];
  readonly #text: Array<{ readonly id: string; readonly fields: Readonly<Record<string, string>> }> = [];

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  async get<N extends Noun>(noun: N, id: string): Promise<Records[N] | undefined> {
    const mine = this.#put.get(`${noun}:${id}`);
    return mine ? (mine.doc as Records[N]) : this.#reading.get(noun, id);
  }

  /** Puts a record that was read before, or was found not to be there. */
  put(...puts: readonly Put[]): void {
    for (const one of puts) this.#put.set(`${one.noun}:${one.doc.id}`, one);
  }

  say(...events: readonly NewEvent[]): void {
    this.#events.push(...events);
  }

  write(id: string, fields: Readonly<Record<string, string>>): void {
    this.#text.push({ id, fields });
  }

  /** Takes over what somebody has decided. */
  add({ put, events = [], text = [] }: Pick<Change<unknown>, 'put' | 'events' | 'text'>): void {
    this.put(...put);
    this.say(...events);
    this.#text.push(...text);
  }

  change<A>(answer: A): Change<A> {
    return { put: [...this.#put.values()], events: this.#events, text: this.#text, answer };
  }
}
