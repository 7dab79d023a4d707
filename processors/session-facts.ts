import type { AgentRules } from '#core/agent-life';
import type { Agent, Run } from '#core/records';
import type { RunRules, SessionFacts } from '#core/run';
import type { World } from '#world/world';

const SIGHUP = 1;

/** What the settings of its rig say of a run's life. */
export function rulesOf(run: Run, world: World): RunRules {
  const { operational, witness } = world.rig(run.rig).settings;
  const { startup_stall, done_grace, restart_backoff, suspend_after } = operational;
  return {
    startupStallMs: startup_stall,
    doneGraceMs: done_grace,
    firstRestartMs: restart_backoff.first,
    restartBaseMs: restart_backoff.base,
    restartMaxMs: restart_backoff.max,
    suspendAfterMs: suspend_after,
    unwatched: !witness.enabled,
  };
}

/** What the settings of its rig, or of the town, say of a lasting agent's life. */
export function agentRules({ rig }: Agent, world: World): AgentRules {
  const { done_grace, restart_backoff } = (rig === '' ? world.settings() : world.rig(rig).settings).operational;
  return {
    firstRestartMs: restart_backoff.first,
    restartBaseMs: restart_backoff.base,
    restartMaxMs: restart_backoff.max,
    cycleGraceMs: done_grace,
  };
}

/** What the host knows of a session. */
export async function sessionFacts(session: string, world: World): Promise<SessionFacts> {
  const info = await world.host().get(session);
  if (!info) return { is: 'absent' };
  if (info.state !== 'drained' || !info.exit) return { is: 'running', pid: info.pid, born: info.born };
  // An agent may hang up by itself (and would be started again for ever): it was the host's end only where another host came after it.
  const { startedAt } = await world.host().info();
  const lost = info.exit.signal === SIGHUP && info.startedAt < startedAt;
  return { is: 'over', lost, withTown: !lost && info.exit.at < startedAt, ...info.exit };
}
