import { OVERSEER } from './mail.ts';

/** What a session is begun for. */
export type Beacon = {
  /** Addresses of the agent and of who sends it off: `gt`, the overseer, or an agent. */
  readonly to: string;
  readonly from: string;
  /** ms since 1970 */
  readonly at: number;
  /** One word: assigned, rework, resumed, handoff, start, restart … */
  readonly topic: string;
  /** Id of the molecule, or of the item, that it is about. */
  readonly about?: string | undefined;
};

/**
 * The first line of every session's first prompt, by which it is found in its program's own list; the overseer is the `human` there. The bracket keeps
 * programs from reading a command or a flag.
 */
export const beacon = ({ to, from, at, topic, about }: Beacon): string =>
  `[GAS TOWN] ${to} <- ${from === OVERSEER ? 'human' : from} • ${new Date(at).toISOString().slice(0, 16)} • ${topic}${about === undefined ? '' : `:${about}`}`;
