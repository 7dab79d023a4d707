import type { Decision } from '#core/change';
import type { Member } from '#core/ids';
import { isRefusal, type Refusal } from '#core/refusals';
import type { Clock } from './clock.ts';
import { failpoint } from './failpoint.ts';
import type { Log } from './log.ts';
import type { Ask } from './queue/ask.ts';
import type { Books, Reading, Seen, Writer } from './store/books.ts';
import { type Plans, plansOf } from './store/plans.ts';
import type { Steps } from './store/steps.ts';
import { stepsLater } from './store/steps-later.ts';

/** What an op is given: the books, a clock, ids, a log. No git, no terminals, no files. */
export type Desk = {
  readonly books: Books;
  readonly clock: Clock;
  readonly log: Log;
  readonly actor: string;
  /** Random bytes, for ids. */
  readonly random: (bytes: number) => Uint8Array;
  /** Plans of protomolecules and molecules: what was cooked, with the texts of all steps. */
  readonly plans: Plans;
  /** Steps of molecules: which is ready, what they wait for. */
  readonly steps: Steps;
  /**
   * Writes a change and wakes the jobs that it concerns. A job whose wake is lost on the way is woken by the worker's relay. `first` is a reading that was made
   * already, e.g. at the start of an activation.
   */
  readonly change: <A>(decide: (reading: Reading) => Promise<Decision<A>> | Decision<A>, first?: Seen) => Promise<A | Refusal>;
  /** Wakes jobs ("look again"). */
  readonly wake: (members: readonly Member[]) => Promise<void>;
};

/** Joins a desk from its parts. @param ask wakes, and adds what is missing */
export function makeDesk(parts: {
  books: Books;
  clock: Clock;
  log: Log;
  writer: Writer;
  ask: Ask;
  random: (bytes: number) => Uint8Array;
}): Desk {
  const { books, clock, log, writer, ask, random } = parts;
  const plans = plansOf(books);
  return {
    books,
    clock,
    log,
    random,
    plans,
    steps: stepsLater(books, plans, clock),
    actor: writer.actor,
    change: async (decide, first) => {
      const written = await books.change(writer, decide, first);
      if (isRefusal(written)) return written;
      failpoint('commit');
      await ask(written.marked);
      failpoint('wake');
      return written.answer;
    },
    wake: async (members) => {
      await ask(members);
    },
  };
}
