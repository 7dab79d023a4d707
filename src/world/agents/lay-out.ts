import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { agentNames, defineAgent } from '#core/agent-definitions';
import { localHooks, startWords } from '#core/by-hand';
import { CONTEXT_FILES, isHidden } from '#core/context-files';
import { layJson } from '#core/lay-json';
import type { Json, Preset } from '#core/preset';
import type { Run } from '#core/records';
import { isRefusal, orThrow } from '#core/refusals';
import { parseObject, readText, writeWhole } from '#world/config/json-file';
import type { TownLayout } from '#world/config/layout';
import type { Rig, World } from '#world/world';
import { hasSelf, removeSelf, writeSelf } from './by-hand.ts';
import { hookEnvironment, type LaunchGround, polecatEnvironment, writeEvidence } from './environment.ts';
import { hides } from './hides.ts';
import { agentFor, placesOf } from './launch.ts';
import { agentPlaces } from './presets.ts';
import { provision } from './provision.ts';

/**
 * Makes the worktree of a run ready for a person: who works there, the files of its agent program as for a session of gt's, and the hooks of every program that
 * finds them in a directory, so that whatever is started there calls gt. Nothing is started, and nothing lies there that git would see.
 * @returns what the person types in the worktree
 * @throws Refused as `launch`; but a program that is not there is the person's to find
 */
async function layOut(run: Run, rig: Rig, ground: LaunchGround): Promise<string> {
  const { layout } = ground;
  const defined = agentFor(run, rig, layout);
  const { preset } = defined;
  const places = placesOf({ home: rig.layout.polecatsFolder, dir: run.dir }, defined, ground);
  await provision({ preset, places, autonomous: true, hooks: true });
  writeEvidence(run, layout);
  const away = hides(run, rig, layout);
  const laid = new Set<string>();
  for (const one of [preset, ...everyPreset(rig, layout)]) {
    const { local } = one.hooks ?? {};
    if (local === undefined || laid.has(local) || !isHidden(local, away)) continue;
    const hooks = localHooks(one, hookEnvironment(one), places);
    if (hooks) layHooks(join(run.dir, local), hooks);
    laid.add(local);
  }
  writeSelf(run.dir, { ...hookEnvironment(preset), ...polecatEnvironment(run, { id: run.work }, rig, ground), GT_BY_HAND: '1' });
  return startWords(preset, preset.hooks?.local !== undefined && laid.has(preset.hooks.local), places);
}

/** Takes away what was laid out in a worktree: the agents that gt starts there bring their own. What a person's program wrote beside it stays. */
function takeAway(run: Pick<Run, 'dir'>, layout: TownLayout): void {
  if (!hasSelf(run.dir)) return;
  const places = agentPlaces(layout);
  const presets = isRefusal(places) ? [] : presetsOf(places);
  for (const local of new Set(presets.flatMap(({ hooks }) => hooks?.local ?? []))) {
    const file = join(run.dir, local);
    // Where the repository's own files are checked out nothing of ours was written.
    const text = isHidden(local, CONTEXT_FILES) ? readText(file) : undefined;
    if (text === undefined || !text.includes('GT_BIN')) continue;
    const theirs = parseObject(file, text);
    if (isRefusal(theirs)) continue;
    const { hooks: _, ...rest } = theirs;
    if (Object.keys(rest).length > 0) writeWhole(file, asJson(rest as Record<string, Json>));
    else rmSync(file, { force: true });
  }
  // Last: whoever is killed on the way begins again.
  removeSelf(run.dir);
}

/** Our hooks into a file that its program writes to as well. One that cannot be read is begun anew: it says nothing to its program either. */
function layHooks(file: string, hooks: Record<string, Json>): void {
  const before = readText(file);
  const theirs = before === undefined ? {} : parseObject(file, before);
  const after = asJson(layJson(isRefusal(theirs) ? {} : (theirs as Record<string, Json>), hooks));
  if (after !== before) writeWhole(file, after, { mode: 0o600 });
}

const everyPreset = (rig: Rig, layout: TownLayout): Preset[] =>
  presetsOf(orThrow(agentPlaces(layout, rig.settings.agents, rig.layout)));

/** Those that are defined without a fault. */
function presetsOf(places: Parameters<typeof agentNames>[0]): Preset[] {
  return agentNames(places).flatMap((name) => {
    const defined = defineAgent(name, places);
    return defined && 'preset' in defined ? [defined.preset] : [];
  });
}

const asJson = (value: Json): string => `${JSON.stringify(value, null, 2)}\n`;

/** What gt does in worktrees for agent programs, and for those that a person starts. */
export const inWorktrees = (ground: LaunchGround): Pick<World['agents'], 'hides' | 'layOut' | 'takeAway'> => ({
  hides: (run, rig) => hides(run, rig, ground.layout),
  layOut: (run, rig) => layOut(run, rig, ground),
  takeAway: async (run) => takeAway(run, ground.layout),
});
