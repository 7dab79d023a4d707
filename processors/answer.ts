import type { Member } from '#core/ids';
import type { Noun, Records } from '#core/records';
import type { Refusal } from '#core/refusals';
import type { NounOf, QueueName } from '#queues/index';
import type { Desk } from '#world/desk';
import type { Seen } from '#world/store/books';

/** What a processor answers: data, which the wrapper turns into BullMQ's moves (design: the sleeping job). `why` is shown on the board. */
export type Answer =
  /** Park until woken, or until `until` (ms). */
  | { readonly do: 'sleep'; readonly until: number; readonly why: string }
  /** Park until these jobs have ended, or until woken. They are added first; their records exist. */
  | { readonly do: 'await'; readonly children: readonly Child[]; readonly why: string }
  | { readonly do: 'handBack' }
  /** Only from a final state of the record; `result` is a short id or word. `childless`: nothing was ever hung under the job, so nothing is waited for. */
  | { readonly do: 'done'; readonly result: string; readonly childless?: true }
  /** For jobs that are one attempt. */
  | { readonly do: 'giveUp'; readonly refusal: Refusal };

export type Child = { [N in Noun]: { readonly noun: N; readonly doc: Records[N] } }[Noun];

/** One activation of a job. */
export type Turn<N extends Noun> = {
  /** Id of the record that the job is about. */
  readonly id: string;
  readonly member: Member;
  /** The record as of the start of the activation; undefined when it does not exist. */
  readonly doc: Records[N] | undefined;
  /** How many needs were unmet then. */
  readonly unmet: number;
  /** The same reading, for a change that begins from it. */
  readonly seen: Seen;
  /** Takes the job out of the unseen set and reads its record again: for runs that stay active. @throws StaleEpoch */
  readonly again: () => Promise<{ doc: Records[N] | undefined; unmet: number; seen: Seen }>;
  /** Aborted when the worker stops or the job's lock is lost: hand back, write nothing. */
  readonly signal: AbortSignal;
  /** Shows on the board what the job is at. */
  readonly show: (why: string) => Promise<void>;
};

/** A processor: reads the books, decides, does one step, answers. It may run twice, late, or on the next worker. `W` is what it is handed. */
export type Processor<Q extends QueueName, W extends { readonly desk: Desk }> = (
  turn: Turn<NounOf<Q>>,
  world: W,
) => Promise<Answer>;

export const sleep = (until: number, why: string): Answer => ({ do: 'sleep', until, why });
export const awaitChildren = (children: readonly Child[], why: string): Answer => ({ do: 'await', children, why });
export const done = (result: string): Answer => ({ do: 'done', result });
/** Ends a job under which nothing was ever hung: one question less. */
export const doneChildless = (result: string): Answer => ({ do: 'done', result, childless: true });
