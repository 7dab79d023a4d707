import type { Member } from '#core/ids';
import type { Noun, Records } from '#core/records';

/** What can be asked of one queue, as data. A job carries its record's id and a label, never state: the books are the truth. */
export type QueueSpec<N extends Noun = Noun> = {
  readonly name: string;
  /** The record that a job is about. */
  readonly noun: N;
  /** One line: what one job is, and why it is a queue of its own. */
  readonly why: string;
  /** Activations at once in the worker; long runs count for as long as they live. */
  readonly concurrency: number;
  /** The job is one attempt: it may fail for good. Life-long jobs never fail, they park. */
  readonly attempt: boolean;
  /** Its jobs have neither parent nor children: the deacon takes each off the board a day after its end. */
  readonly alone?: true;
  /** The job's name on the board, in a person's words. */
  readonly title: (doc: Records[N]) => string;
  /** The job that waits for this one, when there is one. */
  readonly parent?: (doc: Records[N]) => Member | undefined;
};

/** Keeps the noun in the type of a spec. */
export const queue = <N extends Noun>(spec: QueueSpec<N>): QueueSpec<N> => spec;
