import { factsOfRun, type RunFacts } from '#chores/run-facts';
import type { Proto } from '#core/formula/proto';
import { runProgram } from '#world/processes/program';
import type { Rig } from '#world/world';
import type { Call } from './command.ts';
import { openGit } from './wire-rigs.ts';

const GH_MS = 20_000;

/** What is known of what a convoy is about, for its texts. What lacks is said on stderr. */
export async function runFacts(
  { io, say }: Pick<Call, 'io' | 'say'>,
  rig: Rig,
  plan: Proto,
  vars: Readonly<Record<string, string>>,
): Promise<RunFacts> {
  const env = { ...io.env, GH_PROMPT_DISABLED: '1', GH_NO_UPDATE_NOTIFIER: '1', NO_COLOR: '1', GIT_TERMINAL_PROMPT: '0' };
  const gh = (words: readonly string[]) => runProgram({ argv: ['gh', ...words], cwd: rig.repo, env, timeoutMs: GH_MS });
  return factsOfRun({ git: await openGit(io), gh, say }, rig, plan, vars);
}
