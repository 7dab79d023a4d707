import type { Preset } from '#core/preset';

/** What the deliveries' job needs of the PTY host. */

/** What became of a nudge. `expired` and `superseded`: nothing was pasted. */
export type NudgeOutcome = 'taken' | 'not-sent' | 'draft-left' | 'unknown' | 'expired' | 'superseded';

export type NudgeRequest = Pick<Preset, 'screen' | 'submit' | 'keys' | 'terminal'> & {
  /** Names this one try for ever: asked again, also by a next worker, the same one is joined or its answer given. */
  readonly nudge: string;
  /** The session. */
  readonly id: string;
  readonly text: string;
  readonly mode: 'wait-idle' | 'queue' | 'immediate';
  readonly key?: string;
  readonly expiresAt?: number;
};

export type NudgeAnswer = { readonly outcome: NudgeOutcome; readonly why?: string };

export interface Nudger {
  readonly features: ReadonlySet<string>;
  /** Resolves when it is decided, which takes as long as its agent is busy. */
  nudge(request: NudgeRequest): Promise<NudgeAnswer>;
  /** Takes one back before anything was pasted; else says how far it is. */
  withdraw(nudge: string): Promise<string>;
}
