import { CODE_ROLES, gtFor } from './agent-words.ts';
import { beginWords } from './by-hand.ts';
import { isCycling } from './cycle.ts';
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
  /** Stands for its words. */
  readonly dialog?: string | undefined;
};

/** What the host knows of a session. */
type HostFact = { readonly state: string };

/** What an agent is at. `blocked`: it goes on only when a person has answered it. */
export type AgentState = {
  readonly is:
    | 'by hand'
    | 'starting'
    | 'working'
    | 'busy'
    | 'idle'
    | 'blocked'
    | 'limited'
    | 'leaving'
    | 'exited'
    | 'asleep'
    | 'killed';
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
export function showsOf({ state, dialog, login, full, failed = full, why }: Classified): Shown | undefined {
  const more = state === 'idle' && failed !== undefined ? `; its screen says: ${failed}` : '';
  const what = `${why}${more}`.slice(0, LONGEST);
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
  const aside = without?.is === 'exited' ? undefined : asideState(holder);
  if (aside) return aside;
  if (without) return without;
  if (session?.exit) return nextRefused(holder) ?? { is: 'exited', evidence: endOf(session.exit, holder), todo: null };
  if (known.host && known.host.state !== 'running')
    return { is: 'exited', evidence: 'its process has ended; that is about to be noted', todo: null };
  if (isCycling(holder))
    return { is: 'leaving', evidence: `it was handed off (${holder.cycle?.why}); a fresh session follows`, todo: null };
  if (!isAgent(holder) && holder.submitted) return { is: 'leaving', evidence: 'its work is handed in', todo: null };
  const refused = refusedStart(holder);
  if (refused) return refused;
  if (!session) return { is: 'starting', evidence: 'its session is about to start', todo: null };
  const shown = byScreen(holder, known.seen ? showsOf(known.seen) : session.shows);
  // One that lasts has its context before anybody speaks to it, and says no word until then.
  if (!shown && isAgent(holder) && session.primed !== undefined && session.ackedAt === undefined && !known.seen)
    return { is: 'idle', evidence: 'it has its context, and nobody has spoken to it yet', todo: null };
  const failed = known.seen?.state === 'busy' || shown?.is === 'blocked' ? undefined : failedState(holder, session);
  return failed ?? shown ?? byWord(holder, session, known.seen);
}

/** Of one whose session is over: what the next start was refused for, if one is to come. */
const nextRefused = (holder: Holder): AgentState | undefined =>
  isAgent(holder) || !holder.submitted ? refusedStart(holder) : undefined;

/** Since when its next start is tried: a refusal is of it if it came no earlier. */
export const triedSince = ({ session }: Pick<Holder, 'session'>): number => session?.exit?.at ?? session?.at ?? 0;

/** What its start was refused for, as long as it is not under way all the same. */
function refusedStart(holder: Holder): AgentState | undefined {
  const { session } = holder;
  const why: { at: number; why: string; todo?: string | undefined } | undefined = isAgent(holder) ? holder.waits : holder.unfit;
  if (!why || (session?.pid !== undefined && !session.exit) || why.at < triedSince(holder)) return undefined;
  return { is: 'starting', evidence: why.why, todo: why.todo ?? null };
}

/** Whether nothing of it goes on before a person has done something. */
export const asksOfPerson = ({ is, todo }: Pick<AgentState, 'is' | 'todo'>): boolean =>
  is === 'blocked' || ((is === 'idle' || is === 'limited' || is === 'starting') && todo !== null);

/** What programs call a failure that a login mends. */
const LOGIN_LOST: readonly string[] = ['authentication_failed', 'ProviderAuthError'];

/** Of one whose turn ended by a failure: no hook of a turn's end tells that, and its prompt looks as if it rested. */
function failedState(holder: Holder, { noted }: Session): AgentState | undefined {
  const { full, failed, limited } = noted ?? {};
  if (full) return fullState(holder, full.what);
  const told = failed ?? limited;
  if (!told) return undefined;
  const evidence = `its turn ${failed ? 'failed' : 'ended at a limit'} (${told.what ?? 'it does not say why'}), and nothing has begun since`;
  if (LOGIN_LOST.includes(told.what ?? '')) return { is: 'blocked', evidence, todo: loginOf(holder) };
  return { is: failed ? 'idle' : 'limited', evidence, todo: goOn(holder) };
}

/** Of one in whose context nothing goes on: a fresh session follows, unless it was no better off than the one before. */
function fullState(holder: Holder, what = 'it does not say why'): AgentState {
  const evidence = `its context is full (${what})`;
  if (holder.session?.due) return { is: 'leaving', evidence: `${evidence}; a fresh session follows`, todo: null };
  return { is: 'idle', evidence, todo: freshOne(holder) };
}

const goOn = (holder: Holder): string => `gt nudge ${nameOf(holder)} "go on"`;

/** What begins a fresh session of it. */
export const freshOne = (holder: Holder): string => `gt handoff ${nameOf(holder)} "go on, afresh"`;

const nameOf = (holder: Holder): string => (isAgent(holder) ? addressOf(holder) : `${holder.rig}/${holder.name}`);
const loginOf = (holder: Holder): string => `gt config agent login ${isAgent(holder) ? (holder.using ?? '') : holder.agent}`;

/** Of one that a person has put aside. */
function asideState(holder: Holder): AgentState | undefined {
  const { killed, asleep } = holder;
  const todo = `gt wake ${nameOf(holder)}`;
  if (killed) return { is: 'killed', evidence: `killed by ${killed.by}`, todo };
  return asleep ? { is: 'asleep', evidence: `put to sleep by ${asleep.by}`, todo } : undefined;
}

/** Nobody but the person in the worktree knows what is at work there. */
function byHand({ session, dir, submitted }: Run): AgentState {
  const live = session && !session.exit ? session : undefined;
  if (submitted) return { is: 'by hand', evidence: `handed in from ${dir}`, todo: null };
  if (live?.words === undefined) return { is: 'starting', evidence: 'its worktree is being laid out for a person', todo: null };
  return live.ackedAt === undefined
    ? { is: 'by hand', evidence: `waits for a person in ${dir}`, todo: beginWords(dir, live.words) }
    : { is: 'by hand', evidence: `a person works on it in ${dir}`, todo: null };
}

/** Of a run that has no session yet, or none any more. */
function outsideState(run: Run): AgentState | undefined {
  if (run.state === 'ended') return { is: 'exited', evidence: `its run has ended: ${run.outcome ?? 'unknown'}`, todo: null };
  if (run.state === 'granted') return refusedStart(run) ?? { is: 'starting', evidence: 'its worktree is being made', todo: null };
  return run.manual ? byHand(run) : undefined;
}

/** Of a lasting agent that nobody wants to be there, or that is not started again. */
function restingState(agent: Agent): AgentState | undefined {
  const { session, wanted, broken, killed } = agent;
  if (session && !session.exit) return undefined;
  const exited = (evidence: string, todo: string | null = null): AgentState => ({ is: 'exited', evidence, todo });
  const isCode = CODE_ROLES.some((role) => role === agent.role);
  if (!wanted) return exited(isCode ? 'gt itself is in its place' : 'nobody wants it now');
  if (broken) return exited(`${broken.why}: not started again`, gtFor(agent, 'start'));
  if (killed) return exited(`killed by ${killed.by}`, `gt wake ${addressOf(agent)}`);
  return refusedStart(agent);
}

function endOf({ code, signal }: NonNullable<Session['exit']>, { deaths }: Holder): string {
  const how = signal !== null ? `signal ${signal}` : code !== null ? `exit code ${code}` : 'its terminal was lost';
  return deaths > 0 ? `${how}; ${deaths} in a row without progress` : how;
}

function byScreen(holder: Holder, shows: Shown | undefined): AgentState | undefined {
  if (!shows) return undefined;
  const { is, what, kind, enter } = shows;
  const attach = `gt attach ${nameOf(holder)}`;
  if (is === 'login' || kind === 'login') return { is: 'blocked', evidence: what, todo: loginOf(holder) };
  if (is === 'dialog') {
    const care = enter === 'exits' ? '; Enter would end it' : enter === 'refuses' ? '; Enter refuses' : '';
    return { is: 'blocked', evidence: `${what}${care}`, todo: attach };
  }
  // Nobody else says to it when the limit is over.
  if (is === 'limited') return { is: 'limited', evidence: what, todo: goOn(holder) };
  // Before its first word a prompt that is ready tells only that the program runs: of one that has work. Others wait to be spoken to.
  return !isAgent(holder) && holder.session?.ackedAt === undefined ? undefined : { is: 'idle', evidence: what, todo: null };
}

function byWord(holder: Holder, { ackedAt }: Session, seen: Classified | undefined): AgentState {
  if (ackedAt === undefined)
    return { is: 'starting', evidence: `it has not called yet${seen ? `; ${seen.why}` : ''}`, todo: null };
  if (seen?.state === 'busy') return { is: 'busy', evidence: seen.why, todo: null };
  return { is: 'working', evidence: seen?.why ?? (isAgent(holder) ? 'it has called' : 'it has its work'), todo: null };
}
