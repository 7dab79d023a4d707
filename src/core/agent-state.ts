import { addressOf, type Holder, isAgent } from './holder.ts';
import type { Preset } from './preset.ts';
import type { Agent, Run } from './records.ts';
import type { Classified } from './screen-state.ts';

type Session = NonNullable<Holder['session']>;

/** What an agent's screen shows that somebody should know of, as its session's record keeps it. */
export type Shown = {
  readonly is: NonNullable<Session['shows']>['is'];
  readonly what: string;
  /** Of a dialog: its kind, and what Enter does in it. */
  readonly kind?: string | undefined;
  readonly enter?: string | undefined;
};

/** What the host knows of a session. */
type HostFact = { readonly state: string };

/** What an agent is at. `blocked`: it goes on only when a person has answered it. */
export type AgentState = {
  readonly is: 'starting' | 'working' | 'busy' | 'idle' | 'blocked' | 'limited' | 'leaving' | 'exited';
  /** How that is known. */
  readonly evidence: string;
  /** What a person is to do; null where that is nothing. */
  readonly todo: string | null;
};

/** Whether a screen tells anything: of a program of which nothing is known, all that is printed could be its output. */
export const isKnown = ({ ready, dialogs }: Pick<Preset['screen'], 'ready' | 'dialogs'>): boolean =>
  ready.length > 0 || dialogs.length > 0;

/** Characters of a screen that a record keeps: a line of it. */
const LONGEST = 200;

/** What of a screen is kept; undefined for an agent that works, or of whose screen nothing can be said. */
export function showsOf({ state, dialog, login, why }: Classified): Shown | undefined {
  const what = why.slice(0, LONGEST);
  if (state === 'dialog') return { is: 'dialog', what, ...(dialog && { kind: dialog.kind, enter: dialog.enter }) };
  if (state !== 'busy' && login !== undefined) return { is: 'login', what: `it is not logged in: ${login}`.slice(0, LONGEST) };
  return state === 'limited' || state === 'idle' ? { is: state, what } : undefined;
}

/**
 * What an agent is at, of a run or a lasting one: of all that is known the surest first. A session's end before its screen, its screen before what it has said.
 * @param seen its screen as it was just looked at; without it what its record keeps of an earlier look counts
 */
export function agentState(
  holder: Holder,
  known: { readonly host?: HostFact | undefined; readonly seen?: Classified | undefined },
): AgentState {
  const { session } = holder;
  const without = isAgent(holder) ? restingState(holder) : outsideState(holder);
  if (without) return without;
  if (session?.exit) return { is: 'exited', evidence: endOf(session.exit, holder), todo: null };
  if (known.host && known.host.state !== 'running')
    return { is: 'exited', evidence: 'its process has ended; that is about to be noted', todo: null };
  if (!isAgent(holder) && holder.submitted) return { is: 'leaving', evidence: 'its work is handed in', todo: null };
  if (!session) return { is: 'starting', evidence: 'its session is about to start', todo: null };
  return byScreen(holder, known.seen ? showsOf(known.seen) : session.shows) ?? byWord(session, known.seen);
}

/** Of a run that has no session yet, or none any more. */
function outsideState(run: Run): AgentState | undefined {
  if (run.state === 'ended') return { is: 'exited', evidence: `its run has ended: ${run.outcome ?? 'unknown'}`, todo: null };
  return run.state === 'granted' ? { is: 'starting', evidence: 'its worktree is being made', todo: null } : undefined;
}

/** Of a lasting agent that nobody wants to be there, or that is not started again. */
function restingState({ session, wanted, broken, ...agent }: Agent): AgentState | undefined {
  if (session && !session.exit) return undefined;
  const start = `gt session restart ${addressOf({ session, wanted, ...agent } as Agent)}`;
  if (broken) return { is: 'exited', evidence: `not started again: ${broken.why}`, todo: start };
  return wanted ? undefined : { is: 'exited', evidence: 'nobody wants it now', todo: null };
}

function endOf({ code, signal }: NonNullable<Session['exit']>, { deaths }: Holder): string {
  const how = signal !== null ? `signal ${signal}` : code !== null ? `exit code ${code}` : 'its terminal was lost';
  return deaths > 0 ? `${how}; ${deaths} in a row without progress` : how;
}

function byScreen(holder: Holder, shows: Shown | undefined): AgentState | undefined {
  if (!shows) return undefined;
  const { is, what, kind, enter } = shows;
  const attach = `gt attach ${isAgent(holder) ? addressOf(holder) : `${holder.rig}/${holder.name}`}`;
  if (is === 'login' || kind === 'login')
    return {
      is: 'blocked',
      evidence: what,
      todo: `gt config agent login ${isAgent(holder) ? (holder.using ?? '') : holder.agent}`,
    };
  if (is === 'dialog') {
    const care = enter === 'exits' ? '; Enter would end it' : enter === 'refuses' ? '; Enter refuses' : '';
    return { is: 'blocked', evidence: `${what}${care}`, todo: attach };
  }
  if (is === 'limited') return { is: 'limited', evidence: what, todo: null };
  // Before its first word a prompt that is ready tells only that the program runs.
  return holder.session?.ackedAt === undefined ? undefined : { is: 'idle', evidence: what, todo: null };
}

function byWord({ ackedAt }: Session, seen: Classified | undefined): AgentState {
  if (ackedAt === undefined)
    return { is: 'starting', evidence: `it has not called yet${seen ? `; ${seen.why}` : ''}`, todo: null };
  if (seen?.state === 'busy') return { is: 'busy', evidence: seen.why, todo: null };
  return { is: 'working', evidence: seen ? seen.why : 'it has its work', todo: null };
}
