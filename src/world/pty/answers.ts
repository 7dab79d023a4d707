/** What was answered to whom: a request that is sent again after a cut gets its first answer and is not done twice. */

import { HostRefused } from './host.ts';

/** Answers kept for one client, clients kept, and for how long (ms). */
const PER_CLIENT = 1_000;
const CLIENTS = 200;
const KEEP_MS = 10 * 60_000;

/** An answer: a value, or a refusal's code and sentence. */
export type Answer = { readonly ok: unknown } | { readonly error: { readonly code: string; readonly message: string } };

/** The answer to a request that failed. */
export function errorOf(fault: unknown): Answer {
  if (fault instanceof HostRefused) return { error: { code: fault.code, message: fault.message } };
  return { error: { code: 'HOST_FAULT', message: `The host failed: ${fault instanceof Error ? fault.message : fault}` } };
}

type Kept = { readonly at: number; readonly answer: Promise<Answer>; given?: Answer };

/** The answers given, by client, as plain data. */
export type AnswersState = ReadonlyArray<{
  readonly client: string;
  readonly given: ReadonlyArray<{ readonly n: number; readonly at: number; readonly answer: Answer }>;
}>;

/** Answers by client and number of the request. `now` is the time in ms since 1970. */
export class Answers {
  readonly #now: () => number;
  readonly #clients = new Map<string, Map<number, Kept>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The answer given (or being worked out) to this request, else that of `work`. */
  once(client: string, n: number, work: () => Promise<Answer>): Promise<Answer> {
    const kept = this.#clients.get(client) ?? new Map<number, Kept>();
    this.#clients.delete(client);
    this.#clients.set(client, kept); // the one heard last comes last
    const now = this.#now();
    for (const [old, { at }] of kept) {
      if (kept.size < PER_CLIENT && now - at < KEEP_MS) break;
      kept.delete(old);
    }
    for (const other of this.#clients.keys()) {
      if (this.#clients.size <= CLIENTS) break;
      this.#clients.delete(other);
    }
    const first = kept.get(n);
    if (first) return first.answer;
    return this.#keep(kept, n, now, work());
  }

  /** What was answered so far, for the next host. */
  state(): AnswersState {
    return [...this.#clients].map(([client, kept]) => ({
      client,
      given: [...kept].flatMap(([n, { at, given }]) => (given ? [{ n, at, answer: given }] : [])),
    }));
  }

  /** Takes over what the host before has answered. */
  load(state: AnswersState): void {
    for (const { client, given } of state)
      this.#clients.set(
        client,
        new Map(given.map(({ n, at, answer }) => [n, { at, answer: Promise.resolve(answer), given: answer }])),
      );
  }

  #keep(kept: Map<number, Kept>, n: number, at: number, answer: Promise<Answer>): Promise<Answer> {
    const entry: Kept = { at, answer };
    kept.set(n, entry);
    const give = (given: Answer) => {
      // whoever asks again shall be answered anew
      if ('error' in given && given.error.code === 'RETRY') kept.delete(n);
      else entry.given = given;
    };
    answer.then(give, () => undefined);
    return answer;
  }
}
