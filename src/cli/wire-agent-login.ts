import { spawn } from 'node:child_process';
import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { LoginGround } from '#chores/agent-login';
import type { DefinedAgent } from '#core/agent-definitions';
import { isRefusal, type Refusal } from '#core/refusals';
import { configDirectory } from '#world/agents/launch';
import { agentOf, agentPlaces, missingProgram } from '#world/agents/presets';
import { provision } from '#world/agents/provision';
import { loadTownSettings } from '#world/config/settings';
import type { Io } from './command.ts';
import type { Town } from './wire.ts';

/** An agent of the town, and the ground on which a person logs in for it; AGENT_UNKNOWN, AGENT_MISSING, SETTINGS_INVALID. */
export function forLogin(town: Town, name: string, io: Io): { defined: DefinedAgent; ground: LoginGround } | Refusal {
  const loaded = loadTownSettings(town.root);
  if (isRefusal(loaded)) return loaded;
  const places = agentPlaces(town.layout, loaded.settings.agents);
  if (isRefusal(places)) return places;
  const defined = agentOf(name, places);
  if (isRefusal(defined)) return defined;
  const missing = missingProgram(defined, io.env['PATH'] ?? '');
  if (missing) return missing;
  const config = configDirectory(defined, town.layout, io.env);
  const root = realpathSync(town.root);
  const home = join(town.layout.runtime, 'login');
  return {
    defined,
    ground: {
      isTerminal: io.outIsTerminal && io.stdin === undefined,
      config,
      root,
      provision: () => {
        mkdirSync(home, { recursive: true });
        const preset = { files: defined.preset.files.filter(({ path }) => path.startsWith('{config}')), hooks: undefined };
        return provision({ preset, places: { config, home, root, worktree: home }, autonomous: false, hooks: false });
      },
      run: ([command = '', ...words], env) => runHere(command, words, { cwd: town.layout.mayor, env: { ...io.env, ...env } }),
    },
  };
}

function runHere(command: string, words: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { ...options, stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 128)));
  });
}
