import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Run, Work } from '#core/records';
import { Refused, refuse } from '#core/refusals';
import type { TownLayout } from '#world/config/layout';
import type { SpawnRequest } from '#world/pty/host';
import type { Rig } from '#world/world';
import { presetNames, presetOf } from './presets.ts';

export type LaunchGround = {
  readonly layout: TownLayout;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of `gt`: login shells lose PATH. */
  readonly bin: string;
  readonly email: string;
};

/** Variables of gt, git and node that must not reach an agent from the worker: its own are given below. */
const NOT_PASSED = /^(GT_|GTR_|BD_|BEADS_|GIT_|NODE_OPTIONS$|npm_|VITEST|INIT_CWD$|XDG_SESSION)/;

/** What starts the session of a run: its preset's program in the worktree, with the environment of a polecat. @throws Refused AGENT_UNKNOWN */
export function launch(run: Run, work: Work, rig: Rig, ground: LaunchGround): SpawnRequest {
  const preset = presetOf(run.agent, rig.settings.agents);
  if (!preset)
    throw new Refused(
      refuse('AGENT_UNKNOWN', { agent: run.agent, hint: `Known: ${presetNames(rig.settings.agents).join(', ')}.` }),
    );
  const runner = fileURLToPath(new URL('./shell-runner.sh', import.meta.url));
  return {
    id: run.session?.id ?? '',
    argv: [preset.command, ...preset.args.map((word) => (word === '{runner}' ? runner : word))],
    cwd: run.dir,
    env: { ...passed(ground), ...polecatEnvironment(run, work, rig, ground) },
  };
}

function passed({ env, bin }: LaunchGround): Record<string, string> {
  const own = Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined && !NOT_PASSED.test(pair[0]));
  const path = env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
  return { ...Object.fromEntries(own), PATH: `${dirname(bin)}${delimiter}${path}`, TERM: 'xterm-256color' };
}

/** Who a polecat is, in its environment: the names of Gas Town and those of gtr, with the same values. */
function polecatEnvironment(run: Run, work: Work, rig: Rig, { layout, bin, email }: LaunchGround): Record<string, string> {
  const actor = actorOf(run);
  const rework = run.rework ? { GT_REWORK: run.rework.kind, GT_EVIDENCE: writeEvidence(run, layout) } : {};
  return {
    GT_ROLE: 'polecat',
    GT_ROOT: layout.root,
    GT_RIG: rig.name,
    GT_POLECAT: run.name,
    GT_AGENT: run.agent,
    GT_WORK_ITEM: work.id,
    GT_ATTEMPT: String(run.attempt),
    ...rework,
    GT_SESSION: run.session?.token ?? '',
    GT_BIN: bin,
    BD_ACTOR: actor,
    BEADS_DIR: rig.layout.beads,
    BEADS_AGENT_NAME: actor,
    BEADS_NO_DAEMON: '1',
    GTR_AGENT: actor,
    GTR_ROLE: 'polecat',
    GTR_RIG: rig.name,
    GTR_ROOT: layout.root,
    GTR_WORK_ITEM: work.id,
    ...identityOf(run, email),
  };
}

export const actorOf = (run: Run): string => `${run.rig}/polecats/${run.name}`;

/** Commits made in the worktree of a run are its polecat's, with the address of the person who owns the town. */
export function identityOf(run: Run, email: string): Record<string, string> {
  return { GIT_AUTHOR_NAME: actorOf(run), GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: actorOf(run), GIT_COMMITTER_EMAIL: email };
}

function writeEvidence(run: Run, layout: TownLayout): string {
  const folder = join(layout.runtime, 'evidence');
  const file = join(folder, `${run.id}.txt`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, run.rework?.evidence ?? '');
  return file;
}
