import { heldBack } from './agent-life.ts';
import { gtFor } from './agent-words.ts';
import { endedInWords } from './conversation.ts';
import { isCycling } from './cycle.ts';
import { addressOf, type Holder, isAgent } from './holder.ts';
import { sessionId } from './ids.ts';
import type { Agent, Run } from './records.ts';

type Exit = NonNullable<NonNullable<Holder['session']>['exit']>;

/** What follows a session that somebody looked at. */
export type Follows =
  /** The next one has its process. */
  | { readonly is: 'there'; readonly session: string }
  /** One is to come: how the last one ended, the next one's id, what that waits for, and that it begins at `at` (ms) at the earliest. */
  | { readonly is: 'coming'; readonly ended: string; readonly next: string; readonly waits?: string; readonly at?: number }
  /** None is to come before somebody asks for it; what asks, where there are words for it. */
  | { readonly is: 'none'; readonly why: string; readonly todo?: string };

/**
 * Whether another session of the same holder follows the one that was shown.
 * @param shown its id
 * @param exit how it ended, as its terminal told it: the books may not know yet
 */
export function follows(holder: Holder | undefined, shown: string, exit: Pick<Exit, 'code' | 'signal'> | undefined): Follows {
  if (!holder) return { is: 'none', why: 'it is in the books no more' };
  const over = isAgent(holder) ? agentStays(holder) : runIsOver(holder);
  if (over) return over;
  const { session } = holder;
  const isNext = session !== undefined && session.id !== shown;
  if (isNext && !session.exit && session.pid !== undefined) return { is: 'there', session: session.id };
  const last = session?.exit ?? (isNext ? undefined : exit);
  const next = isNext && !session.exit ? session.id : sessionId(holder.id, holder.sessions + 1);
  const waits = isAgent(holder) ? holder.waits?.why : undefined;
  const { notBefore: at } = holder;
  return { is: 'coming', ended: endOf(holder, last), next, ...(waits && { waits }), ...(at !== undefined && { at }) };
}

const endOf = (holder: Holder, exit: Pick<Exit, 'code' | 'signal'> | undefined): string => {
  const { cycle } = holder;
  if (cycle && isCycling(holder)) return cycle.hurry ? cycle.why : 'handed off';
  return exit ? endedInWords(exit) : 'its terminal was lost';
};

function agentStays(agent: Agent): Follows | undefined {
  const held = heldBack(agent);
  const { asleep, killed, session } = agent;
  if (held !== undefined) {
    const todo = killed && !agent.broken ? `gt wake ${addressOf(agent)}` : gtFor(agent, 'start');
    return { is: 'none', why: held, ...(agent.removed ? {} : { todo }) };
  }
  const sleeps = asleep && (!session || session.exit);
  return sleeps ? { is: 'none', why: `put to sleep by ${asleep.by}`, todo: `gt wake ${addressOf(agent)}` } : undefined;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  submitted: 'its work is handed in',
  'no-code': 'its work is done',
  failed: 'its agents died without progress',
  cancelled: 'its work was taken off its hook',
  suspended: 'it has given up its place: `gt needs` or `gt why` says what it waits for',
};

function runIsOver(run: Run): Follows | undefined {
  const none = (why: string, todo?: string): Follows => ({ is: 'none', why, ...(todo ? { todo } : {}) });
  if (run.submitted) return none(OUTCOMES[run.submitted.head ? 'submitted' : 'no-code'] ?? '');
  if (run.state === 'ended') return none(OUTCOMES[run.outcome ?? ''] ?? 'its run has ended');
  if (run.released) return none(OUTCOMES['cancelled'] ?? '');
  const { killed, asleep, session } = run;
  const wake = `gt wake ${run.rig}/${run.name}`;
  if (killed) return none(`killed by ${killed.by}`, wake);
  return asleep && (!session || session.exit) ? none(`put to sleep by ${asleep.by}`, wake) : undefined;
}
