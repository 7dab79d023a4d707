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
import { type Template, templateOf } from '#core/roles';
import type { RigLayout, TownLayout } from '#world/config/layout';
import type { SpawnRequest } from '#world/pty/host';
import type { Rig } from '#world/world';
import { hookEnvironment, type LaunchGround, passed, polecatEnvironment, writeAssignment, writeEvidence } from './environment.ts';
import { agentOf, agentPlaces, missingProgram } from './presets.ts';
import { provision } from './provision.ts';
import { recordingOf } from './recording.ts';
import { findConversation } from './transcripts.ts';

type Session = NonNullable<Run['session']>;

/** A session that is ready to be started, and what its record has to say of that before it is. */
export type Launch = {
  readonly request: SpawnRequest;
  readonly noted: Pick<Session, 'starts' | 'mode' | 'conversation' | 'beacon' | 'typed' | 'startupMs'>;
};

/** Who is to be started, and where: what a run and a lasting agent differ in. */
export type Seat = {
  readonly holder: Holder;
  readonly ground: ChoiceGround;
  /** The directory of its role, where its settings stand; its own working directory. */
  readonly home: string;
  readonly dir: string;
  /** Which settings its program's hooks follow. */
  readonly template: Template;
  /** What its environment says of it. */
  readonly own: Readonly<Record<string, string>>;
  /** Its first words; `beacon` where there are none, and it is known by that line all the same. */
  readonly prompts: (mode: 'fresh' | 'resume') => { readonly prompt?: string; readonly brief?: string; readonly beacon?: string };
};

/**
 * What starts the session of a run: its agent's program in the worktree, with the environment of a polecat. @param text the item's long text by field
 * @throws Refused as `start`
 */
export function launch(
  run: Run,
  work: Work,
  rig: Rig,
  text: Readonly<Record<string, string>>,
  ground: LaunchGround,
): Promise<Launch> {
  const told = { run, work, target: rig.target, text, evidence: writeEvidence(run, ground.layout) };
  return start(
    {
      holder: run,
      ground: rig,
      home: rig.layout.polecatsFolder,
      dir: run.dir,
      template: templateOf('polecat'),
      own: polecatEnvironment(run, work, rig, ground),
      prompts: (mode) => promptsFor(mode, told, ground),
    },
    ground,
  );
}

/**
 * What starts a session. The files that keep the program from asking, and that make its hooks call gt, are written first. A session whose forerunner left a
 * conversation that may go on resumes it; any other begins one, under an id that was never used.
 * @throws Refused AGENT_UNKNOWN, AGENT_MISSING, or SETTINGS_INVALID for an agent that is defined wrongly
 */
export async function start(seat: Seat, ground: LaunchGround): Promise<Launch> {
  const { holder, dir, template } = seat;
  const defined = agentFor(holder, seat.ground, ground.layout);
  const base = passed(ground);
  const missing = missingProgram(defined, base['PATH'] ?? '');
  if (missing) throw new Refused(missing);
  const { preset } = defined;
  const { session } = holder;
  const starts = (session?.starts ?? 0) + 1;
  const known = placesOf(seat, defined, ground);
  const left = conversationLeft(holder, preset, known);
  const id = left ?? (session && conversationId(session, starts));
  const places = { ...known, id };
  // Whoever works for the town asks nobody before it acts, whether a person is near or not.
  await provision({ preset, places, autonomous: true, hooks: true, template, env: { ...base, ...preset.env } });
  const mode = left === undefined ? 'fresh' : 'resume';
  const { beacon: line, ...prompts } = seat.prompts(mode);
  const made = agentStart(preset, {
    mode,
    autonomous: true,
    hooks: true,
    places,
    ...prompts,
    asRoot: process.getuid?.() === 0,
  });
  const conversation = left ?? (made?.ownId ? id : undefined);
  const { startup_ms: startupMs } = preset;
  const beacon = line ?? prompts.prompt?.split('\n', 1)[0];
  return {
    request: {
      id: session?.id ?? '',
      argv: made?.argv ?? [],
      cwd: dir,
      env: { ...base, ...made?.env, ...hookEnvironment(preset), ...seat.own },
      ...recordingOf(session?.id ?? '', seat.ground.settings.recording, ground.layout),
    },
    noted: { starts, mode, conversation, beacon, typed: made?.typed, startupMs },
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
function conversationLeft({ session, dir }: Holder, { session: how }: Preset, places: Places): string | undefined {
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
function promptsFor(mode: 'fresh' | 'resume', input: Omit<Assignment, 'at'>, { layout, molecule }: LaunchGround) {
  const { run } = input;
  const assignment = { ...input, molecule, at: run.session?.at ?? run.grantedAt };
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

/** What the places of a preset are for who works in `dir`. */
export function placesOf({ home, dir }: Pick<Seat, 'home' | 'dir'>, defined: DefinedAgent, { layout, env, bin }: LaunchGround) {
  return {
    config: configDirectory(defined, layout, env),
    home,
    root: realpathSync(layout.root),
    worktree: dir,
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
