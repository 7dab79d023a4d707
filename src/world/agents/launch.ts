import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DefinedAgent } from '#core/agent-definitions';
import { agentStart } from '#core/agent-start';
import { agentLayers, type Fields, resolveAgent } from '#core/agents';
import { type Assignment, firstPrompt, PROMPT_BYTES, resumedPrompt, wholeText } from '#core/first-prompt';
import { type Holder, isAgent } from '#core/holder';
import { fill, type Places } from '#core/places';
import type { Preset } from '#core/preset';
import type { Agent, Run, Work } from '#core/records';
import { orThrow, Refused } from '#core/refusals';
import type { RigLayout, TownLayout } from '#world/config/layout';
import type { SpawnRequest } from '#world/pty/host';
import type { Rig } from '#world/world';
import { hookEnvironment, type LaunchGround, passed, polecatEnvironment, writeAssignment, writeEvidence } from './environment.ts';
import { agentOf, agentPlaces, missingProgram } from './presets.ts';
import { provision } from './provision.ts';
import { recordingOf } from './recording.ts';
import { findConversation } from './transcripts.ts';

type Session = NonNullable<Run['session']>;

/** A session that is ready to be started, and what its record has to say of that before it is: absent where there is nothing to say. */
export type Launch = {
  readonly request: SpawnRequest;
  readonly noted?: Pick<Session, 'starts' | 'mode' | 'conversation' | 'typed' | 'startupMs'>;
};

/**
 * What starts the session of a run: its agent's program in the worktree, with the environment of a polecat; the files that keep the program from asking, and
 * that make its hooks call gt, are written first. A session whose forerunner left a conversation that may go on resumes it; any other begins one, under an
 * id that was never used. @param text the item's long text by field
 * @throws Refused AGENT_UNKNOWN, AGENT_MISSING, or SETTINGS_INVALID for an agent that is defined wrongly
 */
export async function launch(
  run: Run,
  work: Work,
  rig: Rig,
  text: Readonly<Record<string, string>>,
  ground: LaunchGround,
): Promise<Launch> {
  const defined = agentFor(run, rig, ground.layout);
  const base = passed(ground);
  const missing = missingProgram(defined, base['PATH'] ?? '');
  if (missing) throw new Refused(missing);
  const { preset } = defined;
  const { session } = run;
  const starts = (session?.starts ?? 0) + 1;
  const known = placesOf(run, rig, defined, ground);
  const left = conversationLeft(run, preset, known);
  const id = left ?? (session && conversationId(session, starts));
  const places = { ...known, id };
  await provision({ preset, places, autonomous: true, hooks: true });
  const mode = left === undefined ? 'fresh' : 'resume';
  const start = agentStart(preset, {
    mode,
    autonomous: true,
    hooks: true,
    places,
    ...promptsFor(mode, { run, work, target: rig.target, text, evidence: writeEvidence(run, ground.layout) }, ground),
    asRoot: process.getuid?.() === 0,
  });
  const conversation = left ?? (start?.ownId ? id : undefined);
  const { startup_ms: startupMs } = preset;
  const said = conversation !== undefined || start?.typed !== undefined || startupMs !== undefined;
  return {
    request: {
      id: session?.id ?? '',
      argv: start?.argv ?? [],
      cwd: run.dir,
      env: { ...base, ...start?.env, ...hookEnvironment(preset), ...polecatEnvironment(run, work, rig, ground) },
      ...recordingOf(session?.id ?? '', rig.settings.recording, ground.layout),
    },
    ...(said ? { noted: { starts, mode, conversation, typed: start?.typed, startupMs } } : {}),
  };
}

/** What the choice of an agent program rests on: the settings of a rig, or of the town for those of the town. */
export type ChoiceGround = Pick<Rig, 'settings'> & { readonly layout?: RigLayout };

/** The agent program of a run or lasting agent as all files define it now. @throws Refused as `launch` */
export const agentFor = (holder: Holder, ground: ChoiceGround, layout: TownLayout): DefinedAgent =>
  orThrow(
    agentOf(
      presetName(holder, ground),
      orThrow(agentPlaces(layout, ground.settings.agents, ground.layout)),
      fieldsFor(holder, ground),
    ),
  );

/** The preset by name: of a run the one that it was granted with; of a lasting agent that of its session, else what was asked for or the settings say. */
export function presetName(holder: Holder, { settings }: Pick<ChoiceGround, 'settings'>): string {
  if (!isAgent(holder)) return holder.agent;
  return holder.using ?? resolveAgent(layersOf(holder, settings)).agent;
}

const layersOf = (holder: Pick<Run, 'agent' | 'name'> | Agent, settings: Rig['settings']) =>
  agentLayers({ work: holder.agent, worker: holder.name, role: 'role' in holder ? (holder as Agent).role : 'polecat', settings });

/** The conversation with which a session goes on: the one that the session before it told, or that its program wrote down. */
function conversationLeft({ session, dir }: Run, { session: how }: Preset, places: Places): string | undefined {
  const before = session?.before;
  if (!before?.goesOn || how.resume === undefined) return undefined;
  const { transcripts } = how;
  if (before.conversation !== undefined || !transcripts) return before.conversation;
  return findConversation({ ...transcripts, folder: fill(transcripts.folder, places) }, dir, before.at);
}

/** What the settings say over the agent program of a run or lasting agent. */
export const fieldsFor = (holder: Pick<Run, 'agent' | 'name'> | Agent, { settings }: Pick<ChoiceGround, 'settings'>): Fields =>
  resolveAgent(layersOf(holder, settings)).fields;

/** The first prompt whole, and as it is typed: long text stands in a file then, or where an argument could not hold it. */
function promptsFor(mode: 'fresh' | 'resume', input: Omit<Assignment, 'from' | 'at'>, { layout, molecule }: LaunchGround) {
  const { run } = input;
  const assignment = { ...input, molecule, from: 'gt', at: run.session?.at ?? run.grantedAt };
  if (mode === 'resume') return { prompt: resumedPrompt(assignment) };
  const whole = wholeText(assignment);
  const file = whole === '' ? undefined : writeAssignment(run, whole, layout);
  const brief = firstPrompt(assignment, file);
  return { prompt: Buffer.byteLength(whole) > PROMPT_BYTES ? brief : firstPrompt(assignment), brief };
}

/** Where an agent's program keeps its settings and login: in a directory of the town's own, or in the one that a person named in the environment. */
export function configDirectory(
  { name, preset }: Pick<DefinedAgent, 'name' | 'preset'>,
  layout: Pick<TownLayout, 'agentConfig'>,
  env: LaunchGround['env'],
): string {
  const named = preset.config.override === undefined ? undefined : env[preset.config.override];
  return named ? resolve(named) : layout.agentConfig(name);
}

function placesOf(run: Run, rig: Rig, defined: DefinedAgent, { layout, env, bin }: LaunchGround) {
  return {
    config: configDirectory(defined, layout, env),
    home: rig.layout.polecatsFolder,
    root: realpathSync(layout.root),
    worktree: run.dir,
    runner: fileURLToPath(new URL('./shell-runner.sh', import.meta.url)),
    gt: bin,
  };
}

/**
 * An id for a new conversation, which nobody can tell the token by. Another try, or a session noted again by books that were cut back, has another one:
 * programs refuse an id that was used. It has the form of a random one (version 4): some refuse every other.
 */
function conversationId({ token, at }: Pick<Session, 'token' | 'at'>, starts: number): string {
  const hex = createHash('sha256').update(`conversation ${token} ${at} ${starts}`).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
