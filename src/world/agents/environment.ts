import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { agentEnvironment, authorOf } from '#core/agent-environment';
import type { MoleculeTold } from '#core/molecule/step-words';
import type { Preset } from '#core/preset';
import type { Run, Work } from '#core/records';
import { actorFor } from '#core/roles';
import type { TownLayout } from '#world/config/layout';
import type { Rig } from '#world/world';

export type LaunchGround = {
  readonly layout: TownLayout;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of `gt`: login shells lose PATH. */
  readonly bin: string;
  readonly email: string;
  /** How the run stands in the molecule that it works. */
  readonly molecule?: MoleculeTold | undefined;
};

/** Variables of gt, git and node that must not reach an agent from the worker: its own are given below. */
const NOT_PASSED = /^(GT_|GTR_|BD_|BEADS_|GIT_|NODE_OPTIONS$|npm_|VITEST|INIT_CWD$|XDG_SESSION)/;

/** What an agent has of the worker's environment: all that is the person's own, API keys too, with gt first on PATH. */
export function passed({ env, bin }: Pick<LaunchGround, 'env' | 'bin'>): Record<string, string> {
  const own = Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined && !NOT_PASSED.test(pair[0]));
  const path = env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
  return { ...Object.fromEntries(own), PATH: `${dirname(bin)}${delimiter}${path}`, TERM: 'xterm-256color' };
}

/** Who a polecat is, in its environment. */
export const polecatEnvironment = (
  run: Run,
  work: Pick<Work, 'id'>,
  rig: Rig,
  { layout, bin, email, molecule }: Omit<LaunchGround, 'env'>,
): Record<string, string> =>
  agentEnvironment({
    role: 'polecat',
    rig: rig.name,
    name: run.name,
    root: layout.root,
    dir: run.dir,
    bin,
    beads: rig.layout.beads,
    email,
    agent: run.agent,
    token: run.session?.token ?? '',
    work: {
      id: work.id,
      attempt: run.attempt,
      target: rig.target,
      molecule: molecule && { id: molecule.id, step: molecule.step?.id },
      rework: run.rework && { kind: run.rework.kind, evidence: evidenceFile(run, layout) },
    },
  });

/** In which form the preset's program takes what a hook prints, for the commands that its hooks call. */
export const hookEnvironment = ({ hooks }: Pick<Preset, 'hooks'>): Record<string, string> =>
  hooks === undefined
    ? {}
    : { GT_HOOK_FORM: hooks.stdout, GT_PRIME_AT: hooks.prime, ...(hooks.stop_blocks ? { GT_STOP_BLOCKS: '1' } : {}) };

export const actorOf = ({ rig, name }: Run): string => actorFor({ role: 'polecat', rig, name });

/** Commits made in the worktree of a run are its polecat's. */
export const identityOf = (run: Run, email: string): Record<string, string> => authorOf(actorOf(run), email);

const evidenceFile = (run: Run, { runtime }: Pick<TownLayout, 'runtime'>): string => join(runtime, 'evidence', `${run.id}.txt`);

/** Writes what an agent is to read as a file: the evidence of what came back. @returns where it stands; undefined when nothing came back */
export function writeEvidence(run: Run, layout: TownLayout): string | undefined {
  return run.rework ? written(evidenceFile(run, layout), run.rework.evidence) : undefined;
}

/** Writes an item's long text, for a prompt that only names it. @returns where it stands */
export const writeAssignment = (run: Run, text: string, { runtime }: TownLayout): string =>
  written(join(runtime, 'assignments', `${run.id}.md`), text);

function written(file: string, text: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}
