import type { Merge, Run, Train, Work } from './records.ts';

/** What the world proves of one item: git's refs and commits, and the sessions that the host knows. */
export type Proof = {
  readonly landed?: { readonly merge: string; readonly head: string; readonly tip: string };
  readonly session?: {
    readonly id: string;
    readonly pid: number;
    readonly born: string;
    readonly startedAt: number;
    readonly over: boolean;
  };
  readonly pinned?: { readonly merge: string; readonly head: string };
  readonly tree?: { readonly name: string; readonly dir: string; readonly branch?: string; readonly head: string };
};

/** What the books still know of it. */
export type Known = {
  readonly work: Work;
  /** The item's run of now, the run of the session, and that of the pin. */
  readonly run: Run | undefined;
  readonly sessionRun: Run | undefined;
  readonly pinRun: Run | undefined;
  /** The item's request of now, the one that landed, and the one that is pinned. */
  readonly merge: Merge | undefined;
  readonly landed: Merge | undefined;
  readonly pinned: Merge | undefined;
  readonly train: Train;
};

export type Rules = {
  readonly agent: string;
  readonly target: string;
  readonly tip: string;
  readonly token: (session: string) => string;
};
