import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { addressOf, type Holder } from '#core/holder';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { agentMeant } from './agent-run.ts';
import type { Call } from './command.ts';
import { type OpenTown, withDesk } from './wire.ts';
import { environmentOf, givenTo } from './wire-doctor-agents.ts';
import { openRig } from './wire-rigs.ts';

/** What an agent is known by: a command beside its session must not speak as it. Its place, its role and its name in git stay. */
const NOT_ITS = ['GT_SESSION', 'BD_ACTOR', 'BEADS_AGENT_NAME', 'GTR_AGENT', 'GT_HOOK_FORM', 'GT_PRIME_AT', 'GT_STOP_BLOCKS'];

/** How a command ended that ran in an agent's place. Its output was shown as it came, unless it was to be kept. */
export type Captured = {
  readonly agent: string;
  readonly dir: string;
  readonly code: number;
  readonly ended: 'itself' | 'late' | 'interrupted';
  readonly out: string;
  readonly err: string;
};

/** Runs a shell command in the directory and environment of an agent, beside its session. */
export async function captured(
  { global, io }: Pick<Call, 'global' | 'io'>,
  { agent, command, timeoutMs }: { agent: string; command: string; timeoutMs: number },
): Promise<Captured | Refusal> {
  const found = await withDesk({ global, io }, { wait: 'person' }, async (town) => {
    const holder = await agentMeant(town, agent);
    return isRefusal(holder) ? holder : { holder, env: await placeOf(town, holder, io) };
  });
  if (isRefusal(found)) return found;
  const { holder, env } = found;
  const { dir } = holder;
  const about = { agent: addressOf(holder), dir };
  if (isRefusal(env)) return env;
  if (!existsSync(dir)) return refuse('NO_WORKTREE', { agent: about.agent, dir });
  const { runBeside } = await import('#world/processes/beside');
  const end = await runBeside({
    argv: ['/bin/sh', '-c', command],
    cwd: dir,
    env,
    mark: `capture.${randomBytes(8).toString('hex')}`,
    timeoutMs,
    signal: io.interrupted,
    reads: io.stdin !== undefined,
    output: global.json ? 'kept' : 'shown',
  });
  return { ...about, ...end };
}

/** Its environment: that of its process, or, when it has none now, the one that its next session will have. */
async function placeOf(town: OpenTown, holder: Holder, io: Call['io']): Promise<Record<string, string> | Refusal> {
  const { session } = holder;
  const live = session && !session.exit ? environmentOf(session.pid) : undefined;
  const env = live ?? (await plannedFor(town, holder, io));
  if (isRefusal(env)) return env;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !NOT_ITS.includes(name)));
}

async function plannedFor(town: OpenTown, holder: Holder, io: Call['io']): Promise<Record<string, string> | Refusal> {
  const { passed } = await import('#world/agents/environment');
  const rig = holder.rig === '' ? undefined : await openRig(town, holder.rig);
  if (isRefusal(rig)) return rig;
  const { GIT_AUTHOR_EMAIL: _, GIT_COMMITTER_EMAIL: __, ...own } = givenTo(holder, town, rig, '');
  return { ...passed({ env: io.env, bin: `${town.layout.runtime}/bin/gt` }), ...own };
}
