import { homedir } from 'node:os';
import type { AgentCheck } from '#chores/agent-check';
import type { DefinedAgent } from '#core/agent-definitions';
import { isRefusal, type Refusal } from '#core/refusals';
import { agentOf, agentPlaces, missingProgram, shippedPlaces } from '#world/agents/presets';
import { findTown } from '#world/config/find';
import { loadTownSettings } from '#world/config/settings';
import { onPath } from '#world/processes/programs';
import { openProving } from '#world/proving/proving';
import type { Call, Io } from './command.ts';
import { townOf } from './wire.ts';

const PATH = '/usr/local/bin:/usr/bin:/bin';

/** An agent by name, and its program: of the town that is found, or of those that gt ships where there is none. AGENT_UNKNOWN, SETTINGS_INVALID. */
export function agentNamed(from: Pick<Call, 'global' | 'io'>, name: string): DefinedAgent | Refusal {
  const { global, io } = from;
  const found = findTown({ flag: global.town, env: io.env, cwd: io.cwd, home: io.env['HOME'] ?? homedir() });
  const isNamed = global.town !== undefined || ['GT_TOWN_ROOT', 'GT_ROOT', 'GTR_ROOT'].some((one) => io.env[one]);
  if (isRefusal(found) && !isNamed) return agentOf(name, shippedPlaces());
  const town = townOf(from);
  if (isRefusal(town)) return town;
  const loaded = loadTownSettings(town.root);
  if (isRefusal(loaded)) return loaded;
  const places = agentPlaces(town.layout, loaded.settings.agents);
  return isRefusal(places) ? places : agentOf(name, places);
}

/** What is needed to try an agent's program; AGENT_MISSING where it is not there. Call `done` when it is over. */
export function forAgentCheck(
  agent: DefinedAgent,
  waitMs: number,
  io: Io,
): { readonly check: AgentCheck; readonly done: () => void } | Refusal {
  const path = io.env['PATH'] || PATH;
  const missing = missingProgram(agent, path);
  if (missing) return missing;
  const { preset } = agent;
  const program = preset.command.includes('/') ? preset.command : (onPath([preset.command], path) ?? preset.command);
  const { signal, done } = ending(io.interrupted);
  return { check: { agent, program, waitMs, open: (scripts) => openProving({ preset, path, scripts, signal }) }, done };
}

/** Aborted by whatever asks this process to end: a host and a program of ours would outlive it. */
function ending(interrupted: AbortSignal): { readonly signal: AbortSignal; readonly done: () => void } {
  const own = new AbortController();
  let asked: NodeJS.Signals | undefined;
  const end = (signal: NodeJS.Signals) => {
    asked = signal;
    own.abort();
  };
  const heard = () => own.abort();
  interrupted.addEventListener('abort', heard);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  return {
    signal: own.signal,
    done: () => {
      interrupted.removeEventListener('abort', heard);
      for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.off(signal, end);
      if (asked) process.kill(process.pid, asked);
    },
  };
}
