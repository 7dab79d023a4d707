import { type AgentMove, afterCrash, brokenWords, heldBack, nextForAgent } from '#core/agent-life';
import type { NewEvent } from '#core/change';
import { resumeFailed, sessionBefore } from '#core/conversation';
import { THE_TOWN } from '#core/derive';
import { addressOf } from '#core/holder';
import { HOLD_MS } from '#core/limits';
import type { Agent } from '#core/records';
import { Refused, refuse } from '#core/refusals';
import { usingIndex } from '#core/standing-talk';
import { escalate } from '#ops/escalate';
import { tellMayor } from '#ops/tell-mayor';
import { CRASH_LOOP } from '#ops/want-agent';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { changeAgent } from './agent-changes.ts';
import { type Answer, type Processor, sleep, type Turn } from './answer.ts';
import { attend, endSession, killAll, lastWordsOf, type Senses, watch } from './attend.ts';
import { sayFirst } from './first-words.ts';
import { handOffByGt, withTurn } from './hand-off.ts';
import { changeSession, noteProcess } from './session-changes.ts';
import { agentRules, sessionFacts } from './session-facts.ts';
import { held, unfit, waiting } from './unfit.ts';

/**
 * A lasting agent: makes its session what the books say. Active while it lives, parked while nobody wants it. Whatever it does is noted first or can be found
 * out again, so the next worker goes on where this one stopped, and adopts the session that it finds.
 */
export const agents: Processor<'agents', World> = (turn, world) =>
  attend(turn, world, [], (agent, senses) => step(agent, turn, world, senses));

async function step(agent: Agent, turn: Turn<'agent'>, world: World, senses: Senses): Promise<Answer | undefined> {
  const current = agent.session && !agent.session.exit ? agent.session : undefined;
  if (current) senses.ear.add(current.id);
  const facts = current ? await withTurn(agent, await sessionFacts(current.id, world), world) : undefined;
  const move = nextForAgent(agent, facts, agentRules(agent, world), world.desk.clock.now());
  if ('why' in move) await turn.show(move.why);
  return obey(move, agent, world, senses, turn.signal).catch((fault: unknown) => unfit(fault, agent, world));
}

async function obey(
  move: AgentMove,
  agent: Agent,
  world: World,
  senses: Senses,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  switch (move.do) {
    case 'rest':
      return sleep(move.until, move.why);
    case 'note-session':
      return noteSession(agent, move, world);
    case 'spawn':
      return spawn(agent, world);
    case 'note-pid':
      return noteProcess(agent, world, agent.session?.id ?? '', move);
    case 'watch':
      return watch(agent, move.until, senses, world, signal);
    case 'end-session':
      return endSession(agent, move.why, senses, world, signal);
    case 'hand-off':
      return handOffByGt(agent, move.why, world);
    case 'note-exit':
      return noteExit(agent, move, world);
    default:
      return move satisfies never;
  }
}

/**
 * Writes its next session down, if its program may have one more. Who counts writes the town's slots too, as whoever grants a run does, so that two never
 * take the same place.
 */
async function noteSession(
  agent: Agent,
  { n, id }: Extract<AgentMove, { do: 'note-session' }>,
  world: World,
): Promise<Answer | undefined> {
  const { desk } = world;
  const preset = world.agents.choose(agent);
  const limit = world.settings().max_sessions_per_agent[preset];
  let full: string | undefined;
  await changeAgent(
    agent.id,
    world,
    async (now, reading, put) => {
      full = undefined;
      if ((now.session && !now.session.exit) || now.sessions >= n || heldBack(now) || now.asleep) return now;
      if (limit !== undefined) {
        const slots = (await reading.get('dispatch', THE_TOWN)) ?? { id: THE_TOWN, generation: 1 };
        const live = await desk.books.count(usingIndex(preset));
        if (live >= limit) {
          full = `${live} of ${limit} sessions of ${preset} run (max_sessions_per_agent)`;
          return waiting(now, full, world, { place: true });
        }
        put({ noun: 'dispatch', doc: { ...slots, granted: (slots.granted ?? 0) + 1 } });
      }
      return begun(now, { n, id, preset, token: world.agents.token(id), at: desk.clock.now(), cycles: cycles(now, world) });
    },
    (after) => (full === undefined ? { type: 'session.noted', data: { session: id, agent: preset } } : held(after)),
  );
  return full === undefined ? undefined : sleep(desk.clock.now() + HOLD_MS, full);
}

type Beginning = {
  readonly n: number;
  readonly id: string;
  readonly preset: string;
  readonly token: string;
  readonly at: number;
  readonly cycles: boolean;
};

/** Whether it makes room for a fresh session when its conversation is made shorter. */
const cycles = ({ rig }: Agent, world: World): boolean =>
  (rig === '' ? world.settings() : world.rig(rig).settings).cycle.on_compaction;

/** The record with its next session: it goes on with the conversation of the last one where that may be, and has what somebody wants it to hear first. */
function begun(agent: Agent, { n, id, preset, token, at, cycles }: Beginning): Agent {
  const { notBefore: _pause, waits: _waits, goOn, first, ...rest } = agent;
  const before = sessionBefore(agent, goOn);
  const goesOn = before?.goesOn === true && goOn === true && agent.using === preset;
  const session = {
    id,
    token,
    at,
    ...(before ? { before: { ...before, goesOn } } : {}),
    ...(first ? { first } : {}),
    ...(cycles ? { cycles } : {}),
  };
  return { ...rest, sessions: n, using: preset, session };
}

/** Starts the noted session. Whoever carries a token of its already is of a spawn whose host is gone: ended first, or there would be two of it. */
async function spawn(agent: Agent, world: World): Promise<undefined> {
  const { session } = agent;
  if (!session) return;
  failpoint('begin');
  // It could not be started, or its worker died before: meanwhile the settings say another program.
  if (world.agents.choose(agent) !== agent.using)
    return noteExit(agent, { do: 'note-exit', crash: false, goesOn: false, facts: undefined }, world);
  await killAll(world, { prefix: `GT_SESSION=${world.town.id}.${agent.id}.s` }, agent.id);
  await makePlace(agent, world);
  const { request, noted } = await world.agents.launchAgent(agent);
  // Noted before it starts: an id that was given to a program is not given to one again.
  if (noted) await changeSession(agent, world, session.id, (doc) => ({ ...doc, ...noted }));
  if (noted?.typed !== undefined) await sayFirst(agent, noted.typed, world);
  const info = await world.host().spawn(request);
  failpoint('spawn');
  await noteProcess(agent, world, session.id, info);
}

/** Where it works, if that is of git: the refinery's worktree stands on the target and holds no branch, crew have a clone. */
async function makePlace(agent: Agent, { git, rig, agents }: World): Promise<void> {
  if (agent.role !== 'refinery' && agent.role !== 'crew') return;
  const { dir, branch } = agent;
  const of = rig(agent.rig);
  const { repo, target } = of;
  const at = await git.resolve(repo, `refs/heads/${target}`);
  if (!at) throw new Refused(refuse('BRANCH_UNKNOWN', { branch: target }));
  if (agent.role === 'refinery') await git.addDetached({ repo, dir, at });
  else await git.cloneForCrew({ repo, dir, branch: branch ?? target, at, target });
  await git.hide(dir, agents.hides(agent, of));
}

/** A session is over: everything of it is ended, what a crew member left uncommitted is kept, then the books hold its exit, then the host may forget it. */
async function noteExit(agent: Agent, move: Extract<AgentMove, { do: 'note-exit' }>, world: World): Promise<undefined> {
  const { session } = agent;
  if (!session) return;
  await killAll(world, `GT_SESSION=${session.token}`, session.id);
  const kept = await snapshot(agent, session.id, world);
  const lastWords = await lastWordsOf(session.id, world);
  const now = world.desk.clock.now();
  const exit = move.facts
    ? { code: move.facts.code, signal: move.facts.signal, at: move.facts.at }
    : { code: null, signal: null, at: now };
  failpoint('exit');
  const crashed = move.crash && !resumeFailed(session);
  const how = exit.signal !== null ? `signal ${exit.signal}` : `exit code ${exit.code}`;
  const changed = await changeAgent(
    agent.id,
    world,
    (doc) => {
      if (doc.session?.id !== session.id || doc.session.exit) return doc; // noted already
      const { goOn, ...rest } = doc;
      const after = crashed ? afterCrash(doc, { lived: exit.at - session.at, how }, agentRules(agent, world), now) : {};
      // Whoever never began was told nothing.
      const unsaid = doc.session.pid === undefined && !doc.first ? doc.session.first : undefined;
      return {
        ...rest,
        ...after,
        ...(unsaid ? { first: unsaid } : {}),
        ...(goOn || move.goesOn ? { goOn: true } : {}),
        session: { ...doc.session, exit, lastWords },
      };
    },
    ({ deaths }): Omit<NewEvent, 'subject'> => ({
      type: 'session.exited',
      data: {
        session: session.id,
        code: exit.code,
        signal: exit.signal,
        crash: crashed,
        deaths,
        ...(kept ? { snapshot: kept } : {}),
      },
    }),
  );
  if (changed?.broken) await tellBroken(changed, world);
  if (changed && !changed.wanted) await world.agents.cleared(changed);
  await world.host().forget(session.id);
}

/** What the clone or worktree of an agent holds uncommitted is kept in the rig's repository. */
async function snapshot(agent: Agent, session: string, { git, rig }: World): Promise<string | undefined> {
  if (agent.rig === '' || (agent.role !== 'crew' && agent.role !== 'refinery')) return undefined;
  const { repo } = rig(agent.rig);
  const ref = `refs/gt/snap/${agent.id}/${session}`;
  const message = `uncommitted work of ${session}`;
  return agent.role === 'crew'
    ? git.snapshotClone({ repo, dir: agent.dir, ref, message, who: agent.name })
    : git.snapshot({ repo, dir: agent.dir, ref, message });
}

async function tellBroken(agent: Agent, { desk }: World): Promise<void> {
  const why = brokenWords(agent);
  const asked = await escalate(desk, {
    subject: agent.id,
    cause: CRASH_LOOP,
    why,
    severity: 'high',
    ...(agent.rig ? { rig: agent.rig } : {}),
  });
  const { rig, role, session } = agent;
  // Of its own end a mayor can be told nothing.
  if (role !== 'mayor') await tellMayor(desk, asked, { address: addressOf(agent), rig, session: session?.id ?? '', more: why });
}
