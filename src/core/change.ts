import type { Member } from './ids.ts';
import type { Noun, Records } from './records.ts';
import type { Refusal } from './refusals.ts';

/** What a decision wants written, as data. The store adds what follows from it mechanically: indexes, marks, versions. */
export type Put = { [N in Noun]: { readonly noun: N; readonly doc: Records[N] } }[Noun];

/** An event in the past tense; `data` is small (1 kB). */
export type NewEvent = {
  readonly type: `${string}.${string}`;
  readonly subject: string;
  readonly rig?: string;
  readonly data?: Readonly<Record<string, unknown>>;
};

export type Change<A = undefined> = {
  readonly put: readonly Put[];
  readonly events?: readonly NewEvent[];
  /** Records whose end resolves the needs of those that wait for them. */
  readonly settle?: readonly string[];
  /** Records that are open again: their successors wait once more. */
  readonly unsettle?: readonly string[];
  /** New edges: `id` (whose job is `job`) waits for each of `on`. Needs that are resolved already are left out. */
  readonly needs?: ReadonlyArray<{ readonly id: string; readonly job: Member; readonly on: readonly string[] }>;
  /** Long text, apart from the record. */
  readonly text?: ReadonlyArray<{ readonly id: string; readonly fields: Readonly<Record<string, string>> }>;
  /** Records that were read and are kept no longer; their long text goes with them. Only of nouns whose ids are never used again. */
  readonly drop?: ReadonlyArray<{ readonly noun: Noun; readonly id: string }>;
  /** Records that were read and are put into all their indexes, whatever they stood in before: an older build knew fewer. Versions stay. */
  readonly stand?: readonly Put[];
  /** Entries of indexes that no record accounts for: a build wrote them that spelled them otherwise, or did not know the index when it took a record away. */
  readonly unstand?: ReadonlyArray<readonly [index: string, member: string]>;
  /** Jobs of dropped molecules that have left the board. */
  readonly unbury?: readonly Member[];
  /** Ids of dropped molecules of which nothing is left anywhere. */
  readonly forget?: readonly string[];
  /** Jobs to mark beyond those that the records concern. */
  readonly marks?: readonly Member[];
  readonly answer: A;
};

/** A decision's answer: a change, or a refusal (then nothing is written). */
export type Decision<A = undefined> = Change<A> | Refusal;

/** A change that writes nothing: the answer stands already. */
export const unchanged = <A>(answer: A): Change<A> => ({ put: [], answer });
