import { agentOfId } from '#core/agent-words';
import { isAgentId } from '#core/holder';
import { parentOf } from '#core/ids';
import type { Agent } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import type { SessionInfo } from '#world/pty/host';
import type { World } from '#world/world';
import { sessionLogged } from './session-changes.ts';

/**
 * A session of a lasting agent that the books have forgotten, because they were cut back to before it began: it is taken back, for its token is made of its
 * id, and is the one that its program carries. That it lives says that it was wanted.
 * @returns whether its agent's record has it now
 */
export async function adopted(session: SessionInfo, world: World): Promise<boolean> {
  const id = parentOf(session.id);
  if (!isAgentId(id) || session.state !== 'running') return false;
  const { desk } = world;
  const of = agentOfId(id, prefixes(world));
  if (!of) return false;
  const n = Number(/\.s(\d+)$/.exec(session.id)?.[1] ?? 0);
  const { pid, born, startedAt: at, cwd: dir } = session;
  const answer = await desk.change<boolean>(async (reading) => {
    const known = await reading.get('agent', id);
    if (known?.session?.id === session.id && !known.session.exit) return { put: [], answer: true };
    // One that the books know is none that they have forgotten: its end may have been noted since the host was asked.
    if (known && known.sessions >= n) return { put: [], answer: false };
    const base: Agent = known ?? {
      ...of,
      id,
      generation: 1,
      dir,
      createdAt: at,
      createdBy: 'gt',
      sessions: n,
      deaths: 0,
      diedAt: [],
    };
    const { removed: _, ...kept } = base;
    const doc: Agent = {
      ...kept,
      using: base.using ?? world.agents.choose(base),
      wanted: base.wanted ?? { at, by: 'gt' },
      sessions: n,
      session: { id: session.id, token: world.agents.token(session.id), at, pid, born, ackedAt: at },
    };
    const rig = of.rig === '' ? {} : { rig: of.rig };
    return {
      put: [{ noun: 'agent', doc }, ...(await sessionLogged(reading, known, doc))],
      events: [{ type: 'session.adopted', subject: id, ...rig, data: { session: session.id, pid } }],
      answer: true,
    };
  });
  if (isRefusal(answer)) throw new Refused(answer);
  if (answer) desk.log.warn('a session that the books had forgotten is taken back', { session: session.id, pid });
  return answer;
}

/** Rigs by the prefix of their ids, without those whose files are wrong. */
function prefixes(world: World): Map<string, string> {
  const known = new Map<string, string>();
  for (const name of world.rigs())
    try {
      known.set(world.rig(name).file.beads.prefix, name);
    } catch (fault) {
      world.desk.log.fault('a rig whose files are wrong', fault, { rig: name });
    }
  return known;
}
