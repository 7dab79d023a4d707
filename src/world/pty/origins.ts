/** Where sessions come from: forked by this host, handed over by the host before, or found on disk where a host was lost. */

import { secretsOf } from '#core/redact/secrets';
import { bornOf, isAlive } from '#world/processes/scan';
import type { Kept, Start } from './exits.ts';
import { bootId } from './exits.ts';
import type { SpawnRequest } from './host.ts';
import { launch, SCREEN } from './launch.ts';
import { onLeaderEnd } from './leader.ts';
import { Output } from './output.ts';
import { emptyScreen } from './screen/state.ts';
import type { SessionDeps } from './session.ts';
import { Session } from './session.ts';
import type { Inherited, SessionState } from './session-state.ts';
import type { TerminalListener } from './terminal.ts';
import { Terminal } from './terminal.ts';

/** How often the end of a leader is looked for whose terminal was lost with an earlier host, in ms. The hang-up ends it at once, as a rule. */
const LOST_POLL_MS = 50;
const SIGHUP = 1;
const SIGKILL = 9;

/** A terminal is made before its session, and tells nothing before this turn is over. */
function listenerOf(session: () => Session): TerminalListener {
  return {
    output: (bytes) => session().listener.output(bytes),
    exited: (end) => session().listener.exited(end),
    drained: () => session().listener.drained(),
  };
}

/** Forks a session's process; blocks for 1 to 10 ms. Throws CWD_MISSING, BINARY_MISSING, or what the system says when it gives no terminal. */
export function forkSession(request: SpawnRequest, token: string, deps: SessionDeps): Session {
  const what = launch(request, deps.exits.codeFile(request.id));
  deps.exits.prepare(request.id);
  const terminal = Terminal.fork(
    what,
    listenerOf(() => session),
  );
  const { id, cwd } = request;
  const { pid } = terminal;
  const { cols, rows } = what;
  const start: Start = { id, pid, born: bornOf(pid) ?? '', boot: bootId(), startedAt: deps.now(), cwd, token, cols, rows };
  const output = Output.none(start.startedAt);
  const secrets = [...secretsOf(request.env), ...(deps.secrets ?? [])];
  const session: Session = new Session({ start, output, screen: emptyScreen(what), terminal, secrets }, deps);
  try {
    deps.exits.started(start);
  } catch (fault) {
    deps.warn(`The start of ${id} could not be kept on disk: ${fault}`);
  }
  return session;
}

/** Takes over what the host before hands over, `master` being the inherited terminal if the session has one. It is halted until `go`. */
export function adoptSession(state: SessionState, master: number | undefined, deps: SessionDeps): Session {
  const { start, terminal: handed, output, ...rest } = state;
  const terminal =
    handed && master !== undefined
      ? Terminal.adopt(
          handed,
          master,
          listenerOf(() => session),
        )
      : undefined;
  const inherited: Inherited[] = [];
  for (const { bytes, name } of terminal ? (handed?.unwritten ?? []) : []) {
    const done = (terminal as Terminal).write(bytes, name);
    done.catch(() => undefined);
    if (name) inherited.push({ name, done });
  }
  const session: Session = new Session(
    { ...rest, start, output: new Output(output), inherited, ...(terminal && { terminal }) },
    deps,
  );
  if (terminal && state.state === 'running') watchLeader(start, terminal, deps);
  return session;
}

/** The leader is another host's child: its end is seen from outside, and told by its code. Without one it was killed. */
function watchLeader({ id, pid, born }: Start, terminal: Terminal, { exits }: SessionDeps): void {
  onLeaderEnd({ pid, born, codeFile: exits.codeFile(id) }, () => {
    const { code, signal } = exits.readCode(id) ?? { code: null, signal: SIGKILL };
    terminal.end({ code, signal });
  });
}

/**
 * Takes over what a lost host left of a session on disk: it is drained, or will be as soon as its leader has ended. Its screen is what its last output
 * paints on an empty one.
 */
export function restoreSession(kept: Kept, deps: SessionDeps): Session {
  const { start, ending, tail, exit } = kept;
  const from = (ending?.seq ?? tail.length) - tail.length;
  const output = new Output({ from, bytes: tail, lastAt: ending?.lastOutputAt ?? start.startedAt });
  const screen = emptyScreen({ ...SCREEN, ...start }, from);
  const session = new Session({ start, output, screen, state: ending ? 'drained' : 'running', exit }, deps);
  if (!ending) awaitLost(session, deps);
  return session;
}

function awaitLost(session: Session, deps: SessionDeps): void {
  const { pid, born, boot, id } = session.start;
  if (boot === bootId() && isAlive(pid, born)) setTimeout(() => awaitLost(session, deps), LOST_POLL_MS).unref();
  else session.found(deps.exits.readCode(id) ?? { code: null, signal: SIGHUP, at: deps.now() });
}
