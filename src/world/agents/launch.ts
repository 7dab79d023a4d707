import { createHash } from 'node:crypto';
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DefinedAgent } from '#core/agent-definitions';
import { agentStart } from '#core/agent-start';
import { agentLayers, type Fields, resolveAgent } from '#core/agents';
import { firstPrompt } from '#core/first-prompt';
import { HOOK_FORM, hookForm } from '#core/hook-form';
import type { Preset } from '#core/preset';
import type { Run, Work } from '#core/records';
import { orThrow, Refused } from '#core/refusals';
import type { TownLayout } from '#world/config/layout';
import type { SpawnRequest } from '#world/pty/host';
import type { Rig } from '#world/world';
import { agentOf, agentPlaces, missingProgram } from './presets.ts';
import { provision } from './provision.ts';

export type LaunchGround = {
  readonly layout: TownLayout;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of `gt`: login shells lose PATH. */
  readonly bin: string;
  readonly email: string;
  /** Whether agents' hooks are served: then their hook files are written. */
  readonly hooks?: boolean;
};

/** Variables of gt, git and node that must not reach an agent from the worker: its own are given below. */
const NOT_PASSED = /^(GT_|GTR_|BD_|BEADS_|GIT_|NODE_OPTIONS$|npm_|VITEST|INIT_CWD$|XDG_SESSION)/;

/**
 * What starts the session of a run: its agent's program in the worktree, with the environment of a polecat; the files that keep the program from asking are
 * written first. @throws Refused AGENT_UNKNOWN, AGENT_MISSING, or SETTINGS_INVALID for an agent that is defined wrongly
 */
export async function launch(run: Run, work: Work, rig: Rig, ground: LaunchGround): Promise<SpawnRequest> {
  const defined = agentFor(run, rig, ground);
  const base = passed(ground);
  const missing = missingProgram(defined, base['PATH'] ?? '');
  if (missing) throw new Refused(missing);
  const { preset } = defined;
  const places = placesOf(run, rig, defined, ground);
  await provision({ preset, places, autonomous: true, hooks: ground.hooks ?? false });
  const start = agentStart(preset, {
    mode: 'fresh',
    autonomous: true,
    hooks: ground.hooks ?? false,
    places,
    prompt: firstPrompt({ run, work, from: 'gt', at: run.session?.at ?? run.grantedAt }),
    asRoot: process.getuid?.() === 0,
  });
  return {
    id: run.session?.id ?? '',
    argv: start?.argv ?? [],
    cwd: run.dir,
    env: { ...base, ...start?.env, ...polecatEnvironment(run, work, rig, ground), ...hookEnvironment(preset, ground) },
  };
}

/** A run's agent as all files define it now. @throws Refused as `launch` */
export const agentFor = (run: Run, rig: Rig, { layout }: Pick<LaunchGround, 'layout'>): DefinedAgent =>
  orThrow(agentOf(run.agent, orThrow(agentPlaces(layout, rig.settings.agents)), fieldsFor(run, rig)));

/** What the settings say over the run's agent. */
function fieldsFor(run: Run, rig: Rig): Fields {
  return resolveAgent(agentLayers({ work: run.agent, worker: run.name, role: 'polecat', settings: rig.settings })).fields;
}

function placesOf(run: Run, rig: Rig, { name, preset }: DefinedAgent, { layout, env, bin }: LaunchGround) {
  const named = preset.config.override === undefined ? undefined : env[preset.config.override];
  return {
    config: named ? resolve(named) : layout.agentConfig(name),
    home: rig.layout.polecatsFolder,
    root: realpathSync(layout.root),
    worktree: run.dir,
    runner: fileURLToPath(new URL('./shell-runner.sh', import.meta.url)),
    gt: bin,
    id: run.session ? conversationId(run.session.token) : undefined,
  };
}

/** A conversation's id, made of the session's token: the same session has the same one, and nobody can tell the token by it. */
function conversationId(token: string): string {
  const hex = createHash('sha256').update(`conversation ${token}`).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
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

/** What gt's hook commands must know of the program that calls them: how it reads what they print (hook-form.ts). */
const hookEnvironment = ({ hooks: told }: Preset, { hooks }: LaunchGround): Record<string, string> =>
  hooks && told ? { [HOOK_FORM]: hookForm(told) } : {};

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
