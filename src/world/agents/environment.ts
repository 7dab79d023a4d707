import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { MoleculeTold } from '#core/molecule/step-words';
import type { Preset } from '#core/preset';
import type { Run, Work } from '#core/records';
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

/** Who a polecat is, in its environment: the names of Gas Town and those of gtr, with the same values. The same run has the same ones for a session's life. */
export function polecatEnvironment(
  run: Run,
  work: Pick<Work, 'id'>,
  rig: Rig,
  { layout, bin, email, molecule }: Omit<LaunchGround, 'env'>,
): Record<string, string> {
  const actor = actorOf(run);
  return {
    GT_ROLE: 'polecat',
    GT_ROOT: layout.root,
    GT_RIG: rig.name,
    GT_POLECAT: run.name,
    GT_AGENT: run.agent,
    GT_WORK_ITEM: work.id,
    ...(molecule ? { GT_MOLECULE: molecule.id, ...(molecule.step ? { GT_STEP: molecule.step.id } : {}) } : {}),
    GT_ATTEMPT: String(run.attempt),
    ...(run.rework ? { GT_REWORK: run.rework.kind, GT_EVIDENCE: evidenceFile(run, layout) } : {}),
    GT_SESSION: run.session?.token ?? '',
    GT_BIN: bin,
    GT_TARGET: rig.target,
    GT_WORKTREE: run.dir,
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

/** In which form the preset's program takes what a hook prints, for the commands that its hooks call. */
export const hookEnvironment = ({ hooks }: Pick<Preset, 'hooks'>): Record<string, string> =>
  hooks === undefined
    ? {}
    : { GT_HOOK_FORM: hooks.stdout, GT_PRIME_AT: hooks.prime, ...(hooks.stop_blocks ? { GT_STOP_BLOCKS: '1' } : {}) };

export const actorOf = (run: Run): string => `${run.rig}/polecats/${run.name}`;

/** Commits made in the worktree of a run are its polecat's, with the address of the person who owns the town. */
export function identityOf(run: Run, email: string): Record<string, string> {
  return { GIT_AUTHOR_NAME: actorOf(run), GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: actorOf(run), GIT_COMMITTER_EMAIL: email };
}

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
