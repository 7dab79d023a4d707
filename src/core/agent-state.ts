import type { Preset } from './preset.ts';
import type { Run } from './records.ts';
import type { Classified } from './screen-state.ts';

type Session = NonNullable<Run['session']>;

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
  readonly is: 'by hand' | 'starting' | 'working' | 'busy' | 'idle' | 'blocked' | 'limited' | 'leaving' | 'exited';
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
 * What the agent of a run is at: of all that is known the surest first. A session's end before its screen, its screen before what it has said.
 * @param seen its screen as it was just looked at; without it what its record keeps of an earlier look counts
 */
export function agentState(
  run: Run,
  known: { readonly host?: HostFact | undefined; readonly seen?: Classified | undefined },
): AgentState {
  const { session } = run;
  if (run.state === 'ended') return { is: 'exited', evidence: `its run has ended: ${run.outcome ?? 'unknown'}`, todo: null };
  if (run.state === 'granted') return { is: 'starting', evidence: 'its worktree is being made', todo: null };
  if (run.manual) return byHand(run);
  if (session?.exit) return { is: 'exited', evidence: endOf(session.exit, run), todo: null };
  if (known.host && known.host.state !== 'running')
    return { is: 'exited', evidence: 'its process has ended; that is about to be noted', todo: null };
  if (run.submitted) return { is: 'leaving', evidence: 'its work is handed in', todo: null };
  if (!session) return { is: 'starting', evidence: 'its session is about to start', todo: null };
  return byScreen(run, known.seen ? showsOf(known.seen) : session.shows) ?? byWord(session, known.seen);
}

/** Nobody but the person in the worktree knows what is at work there. */
function byHand({ session, dir, submitted }: Run): AgentState {
  const live = session && !session.exit ? session : undefined;
  if (submitted) return { is: 'by hand', evidence: `handed in from ${dir}`, todo: null };
  if (live?.words === undefined) return { is: 'starting', evidence: 'its worktree is being laid out for a person', todo: null };
  return live.ackedAt === undefined
    ? { is: 'by hand', evidence: `waits for a person in ${dir}`, todo: `cd ${dir} && ${live.words}` }
    : { is: 'by hand', evidence: `a person works on it in ${dir}`, todo: null };
}

function endOf({ code, signal }: NonNullable<Session['exit']>, { deaths }: Run): string {
  const how = signal !== null ? `signal ${signal}` : code !== null ? `exit code ${code}` : 'its terminal was lost';
  return deaths > 0 ? `${how}; ${deaths} in a row without progress` : how;
}

function byScreen(run: Run, shows: Shown | undefined): AgentState | undefined {
  if (!shows) return undefined;
  const { is, what, kind, enter } = shows;
  const attach = `gt attach ${run.rig}/${run.name}`;
  if (is === 'login' || kind === 'login') return { is: 'blocked', evidence: what, todo: `gt config agent login ${run.agent}` };
  if (is === 'dialog') {
    const care = enter === 'exits' ? '; Enter would end it' : enter === 'refuses' ? '; Enter refuses' : '';
    return { is: 'blocked', evidence: `${what}${care}`, todo: attach };
  }
  if (is === 'limited') return { is: 'limited', evidence: what, todo: null };
  // Before its first word a prompt that is ready tells only that the program runs.
  return run.session?.ackedAt === undefined ? undefined : { is: 'idle', evidence: what, todo: null };
}

function byWord({ ackedAt }: Session, seen: Classified | undefined): AgentState {
  if (ackedAt === undefined)
    return { is: 'starting', evidence: `it has not called yet${seen ? `; ${seen.why}` : ''}`, todo: null };
  if (seen?.state === 'busy') return { is: 'busy', evidence: seen.why, todo: null };
  return { is: 'working', evidence: seen ? seen.why : 'it has its work', todo: null };
}
