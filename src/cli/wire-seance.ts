import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, realpathSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DefinedAgent } from '#core/agent-definitions';
import { agentStart } from '#core/agent-start';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { headlessWords, type SeanceWay, seanceQuestion, seanceWay } from '#core/seance';
import { liveSessions, type SessionLine, type SessionWish, sessionList } from '#views/sessions';
import type { Call } from './command.ts';
import { nobodyWished } from './session-wish.ts';
import { type OpenTown, type Town, withDesk } from './wire.ts';
import { sessionMeant } from './wire-recordings.ts';
import { lendTerminal } from './wire-talk.ts';

/** Earlier sessions, and how to ask them. */

type From = Pick<Call, 'global' | 'io'>;
/** A session that may be asked: by a fork of its conversation, by going on with it, or not (`why`). */
export type Asked = SessionLine & { readonly way: SeanceWay | null; readonly why: string | null };

/** Sessions newest first, with how each can be asked. */
export async function askable(from: From, wish: SessionWish): Promise<Asked[] | Refusal> {
  return withDesk(from, { wait: 'person' }, async (town) => {
    const programs = await programsOf(town);
    const lines = await sessionList(town.desk.books, wish);
    const unknown = lines.length > 0 ? undefined : await nobodyWished(town, from.io, wish);
    if (unknown) return unknown;
    return Promise.all(
      lines.filter(({ beacon, conversation }) => beacon !== null || conversation !== null).map((line) => wayTo(line, programs)),
    );
  });
}

type Programs = (line: Pick<SessionLine, 'rig' | 'agent'>) => Promise<DefinedAgent | Refusal>;

/** The program of each session as the files define it now; each is read once. */
async function programsOf(town: Town): Promise<Programs> {
  const [{ agentOf, agentPlaces }, { loadTownSettings }, { openRig }] = await Promise.all([
    import('#world/agents/presets'),
    import('#world/config/settings'),
    import('./wire-rigs.ts'),
  ]);
  const known = new Map<string, DefinedAgent | Refusal>();
  const find: Programs = async ({ rig: name, agent }) => {
    const rig = name === '' ? undefined : await openRig(town, name);
    if (rig !== undefined && isRefusal(rig)) return rig;
    const settings = rig?.settings ?? loadTownSettings(town.root);
    if ('refused' in settings) return settings;
    const agents = 'settings' in settings ? settings.settings.agents : settings.agents;
    const places = agentPlaces(town.layout, agents, rig?.layout);
    return isRefusal(places) ? places : agentOf(agent, places);
  };
  return async (line) => {
    const key = `${line.rig} ${line.agent}`;
    const found = known.get(key) ?? (await find(line));
    known.set(key, found);
    return found;
  };
}

async function wayTo(line: SessionLine, programs: Programs): Promise<Asked> {
  if (line.conversation === null) return { ...line, way: null, why: 'its conversation is not known' };
  const defined = await programs(line);
  if (isRefusal(defined)) return { ...line, way: null, why: `its program \`${line.agent}\` is not defined any more` };
  const way = seanceWay(defined.preset);
  return way ? { ...line, way, why: null } : { ...line, way: null, why: `${line.agent} cannot go back to a conversation` };
}

/** How a seance ended. `answer` of one with a question; the person had the terminal of any other. */
export type Seance = {
  readonly session: string;
  readonly address: string;
  readonly way: SeanceWay;
  /** The conversation that answered: the fork's, where it was given an id. */
  readonly conversation: string | null;
  readonly answer: string | null;
  readonly code: number;
};

type Ready = { readonly line: Asked; readonly way: SeanceWay; readonly defined: DefinedAgent; readonly town: Town };

/** Asks a session: the question with its answer as text, or without one a talk in the caller's terminal. */
export async function talk(
  from: From,
  wish: { id: string; question?: string | undefined; timeoutMs: number },
): Promise<Seance | Refusal> {
  const { io } = from;
  const { question } = wish;
  const isTerminal = io.outIsTerminal && io.stdin === undefined;
  if (question === undefined && !isTerminal)
    return refuse('USAGE', {
      what: 'A talk needs a terminal.',
      hint: `Ask one question: \`gt seance --talk ${wish.id} -p "…"\`.`,
    });
  const ready = await withDesk(from, { wait: 'person' }, async (town) => {
    const found = await readied(town, wish.id);
    if (!isRefusal(found))
      await town.desk.change(() => ({
        put: [],
        events: [
          {
            type: 'session.asked',
            subject: found.line.id,
            ...(found.line.rig && { rig: found.line.rig }),
            data: { way: found.way },
          },
        ],
        answer: undefined,
      }));
    return found;
  });
  if (isRefusal(ready)) return ready;
  const release = ready.way === 'resume' ? await claim(ready) : () => undefined;
  if (isRefusal(release)) return release;
  try {
    return await inItsPlace(ready.line.dir, () => run(from, ready, wish));
  } finally {
    release();
  }
}

async function readied(town: OpenTown, id: string): Promise<Ready | Refusal> {
  const meant = await sessionMeant(town, id);
  if (isRefusal(meant)) return meant;
  const programs = await programsOf(town);
  const line = await wayTo(meant, programs);
  const cannot = (why: string, hint: string) => refuse('SEANCE_CANNOT', { session: line.id, why, hint });
  if (line.way === null) return cannot(line.why ?? '', `What it showed: \`gt session replay ${line.id}\`.`);
  if (line.way === 'resume') {
    const live = await liveSessions(town.desk.books);
    const open = live.find((one) => one.id === line.id || one.conversation === line.conversation || one.holder === line.holder);
    if (open)
      return cannot(
        `${open.address} has that conversation open, and ${line.agent} cannot fork it`,
        `Ask it itself: \`gt chat ${open.address} "…"\`.`,
      );
  }
  const defined = await programs(line);
  return isRefusal(defined) ? defined : { line, way: line.way, defined, town };
}

/** One at a time goes on with a conversation: programs do not refuse a second. */
async function claim({ line, town }: Ready): Promise<(() => void) | Refusal> {
  const [{ claimPidFile, dropPidFile }, { myself }] = await Promise.all([
    import('#world/processes/pid-file'),
    import('#world/processes/process'),
  ]);
  const folder = join(town.layout.runtime, 'seances');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${(line.conversation ?? '').replace(/[^\w.-]/g, '_')}.pid`);
  const holder = claimPidFile(file);
  if (holder)
    return refuse('SEANCE_CANNOT', {
      session: line.id,
      why: `another seance has its conversation open (process ${holder.pid}), and ${line.agent} cannot fork it`,
      hint: 'Try again when that one is over.',
    });
  return () => dropPidFile(file, myself());
}

/** Conversations belong to the directory that they were led in: where that is gone, an empty one stands for it meanwhile. */
async function inItsPlace<T>(dir: string, use: () => Promise<T>): Promise<T> {
  const made = existsSync(dir) ? undefined : mkdirSync(dir, { recursive: true });
  try {
    return await use();
  } finally {
    if (made !== undefined)
      try {
        rmdirSync(dir);
      } catch {} // somebody works there now
  }
}

async function run(
  { io }: From,
  { line, way, defined, town }: Ready,
  { question, timeoutMs }: { question?: string | undefined; timeoutMs: number },
): Promise<Seance | Refusal> {
  const [{ configDirectory }, { missingProgram }, { provision }, { passed }, { runBeside }] = await Promise.all([
    import('#world/agents/launch'),
    import('#world/agents/presets'),
    import('#world/agents/provision'),
    import('#world/agents/environment'),
    import('#world/processes/beside'),
  ]);
  const missing = missingProgram(defined, io.env['PATH'] ?? '');
  if (missing) return missing;
  const { preset } = defined;
  const fork = way === 'fork' ? randomUUID() : undefined;
  const bin = `${town.layout.runtime}/bin/gt`;
  const own = {
    config: configDirectory(defined, town.layout, io.env),
    home: join(town.layout.runtime, 'login'),
    root: realpathSync(town.root),
  };
  const places = { ...own, worktree: line.dir, gt: bin, id: line.conversation ?? undefined, fork };
  mkdirSync(own.home, { recursive: true });
  const files = preset.files.filter(({ path }) => path.startsWith('{config}'));
  await provision({ preset: { files, hooks: undefined }, places, autonomous: false, hooks: false });
  const start = agentStart(preset, { mode: way, autonomous: false, hooks: false, places, asRoot: process.getuid?.() === 0 });
  const asked = question && seanceQuestion(question, { session: line.id, from: io.env['BD_ACTOR'] || 'human', at: io.now() });
  const argv = asked ? headlessWords(preset, way, places, asked) : (start?.argv as [string, ...string[]] | undefined);
  if (!argv || !start)
    return refuse('SEANCE_CANNOT', {
      session: line.id,
      why: `gt knows no words for one question to an earlier conversation of ${line.agent}`,
      hint: `Talk to it: \`gt seance --talk ${line.id}\`.`,
    });
  const beside = {
    argv,
    cwd: line.dir,
    // without a token: whatever it says to gt is nobody's word
    env: { ...passed({ env: io.env, bin }), ...start.env, GT_ROOT: town.root, GT_SEANCE: line.id },
    mark: `seance.${randomUUID()}`,
    reads: false,
  };
  const { TERM = 'xterm-256color' } = io.env;
  const end = asked
    ? await runBeside({ ...beside, timeoutMs, output: 'kept', signal: io.interrupted })
    : await lendTerminal(io, (signal) => runBeside({ ...beside, env: { ...beside.env, TERM }, output: 'terminal', signal }));
  const { code, ended, out, err } = end;
  if (asked && (code !== 0 || ended !== 'itself'))
    return refuse('SEANCE_FAILED', {
      session: line.id,
      agent: line.agent,
      how: ended === 'late' ? 'it took too long' : `exit code ${code}`,
      said: lastLine(err || out),
    });
  const given = preset.session.fork?.includes('{fork}') ? (fork ?? null) : null;
  const conversation = way === 'resume' ? line.conversation : given;
  return { session: line.id, address: line.address, way, conversation, answer: asked ? out.trim() : null, code };
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
