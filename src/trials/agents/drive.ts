import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Preset } from '#core/preset';
import type { TrialTown } from '#trials/trial-town';
import { townLayout } from '#world/config/layout';
import type { Asked, ModelServer } from '#world/model-server/server';
import { startModelServer } from '#world/model-server/server';
import { ASSIGNMENT, MADE } from './assignment.ts';
import { Evidence, TerminalRecord } from './evidence.ts';
import type { Installed } from './install.ts';
import { type RecordingProxy, startProxy } from './proxy.ts';
import { must, openShop, townFor } from './town.ts';

type Say = (line: string) => void;

const LIMIT_MS = 150_000;
/** By which the town's own context is known. */
const PRIMED = '# Gas Town: you are';
const HOME_MS = 90_000;

/**
 * A real agent program, interactive, in a fresh town: from `gt sling` to a commit on the target that one of its own tool calls made, with a scripted model
 * and no way out of loopback. @returns what was not as it should be; empty when it passed
 */
export async function drive(
  name: string,
  preset: Preset,
  installed: Installed,
  { folder, say }: { folder: string; say: Say },
): Promise<string[]> {
  const evidence = new Evidence(folder);
  const model = await startModelServer({ scripts: { default: ASSIGNMENT }, log: (asked) => evidence.line('model.jsonl', asked) });
  const proxy = await startProxy();
  const town = townFor(proxy, installed);
  let record: TerminalRecord | undefined;
  try {
    const source = await openShop(town, { name, preset, model }, { mayor: { auto_start: false } });
    record = await TerminalRecord.open(town.root, join(folder, 'terminal.bin'));
    const began = performance.now();
    const { id } = await town.ask<{ id: string }>([
      'work',
      'create',
      'Round prices',
      '--rig',
      'shop',
      '--agent',
      name,
      '-d',
      'To cents.',
    ]);
    await must(town, ['sling', id]);
    const landed = await town.until(
      'its work landed',
      async () => {
        if (model.faults.length > 0) throw new Error('the model was asked what it does not know');
        return (await town.events()).find(({ type, data }) => type === 'merge.landed' && data['work'] === id);
      },
      LIMIT_MS,
      500,
    );
    // What landed is brought to the person's repository a moment later.
    await town.until('main of the person has it', () => isOn(source, 'main', landed.data['tip'], town), HOME_MS);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const lacks = await verdict(town, source, id, model, proxy, say);
    say(`${name}: landed ${seconds} s after the sling, ${model.requests.length} requests`);
    return lacks;
  } catch (fault) {
    return [fault instanceof Error ? fault.message : String(fault), ...model.faults, `its screen:\n${await shown(town)}`];
  } finally {
    await record?.close();
    await evidence.keep(town, townLayout(town.root).agentConfig(name));
    await town.end();
    await model.close();
    await proxy.close();
  }
}

async function shown(town: TrialTown): Promise<string> {
  return (await town.gt(['peek', 'furiosa'])).out.replace(/^/gm, '  | ');
}

async function verdict(
  town: TrialTown,
  source: string,
  id: string,
  model: ModelServer,
  proxy: RecordingProxy,
  say: Say,
): Promise<string[]> {
  const lacks = [...model.faults];
  const events = await town.events();
  if (!events.some(({ type, subject }) => type === 'session.acked' && subject.startsWith(id)))
    lacks.push('the town heard no sign of life');
  // What the town says by a hook at the start, before the model has said a word.
  const primed = model.requests.some(
    ({ conversation }) =>
      conversation && `${conversation.system}${conversation.turns.map(({ text }) => text).join()}`.includes(PRIMED),
  );
  if (!primed) lacks.push('what the town says by its hook never reached the model');
  const commit = committedIn(model.requests);
  if (!commit) lacks.push('no tool call told of a commit');
  else if (!(await isOn(source, 'main', commit, town))) lacks.push(`main does not have ${commit}, which a tool call made`);
  const text = await town.git(source, ['show', `main:${MADE.file}`]).catch(() => '');
  if (text !== MADE.text.trim())
    lacks.push(`${MADE.file} on main is not what the program's edit tool wrote: ${JSON.stringify(text)}`);
  for (const attempt of new Set(proxy.attempts)) say(`  it asked for something beyond loopback, and got nothing: ${attempt}`);
  return lacks;
}

/** The commit that the last result of a tool names. */
function committedIn(requests: readonly Asked[]): string | undefined {
  const texts = requests.flatMap(({ conversation }) => conversation?.turns ?? []).filter(({ who }) => who === 'tool');
  return texts.map(({ text }) => /committed=([0-9a-f]{40})/.exec(text)?.[1]).findLast((one) => one !== undefined);
}

async function isOn(source: string, branch: string, commit: unknown, town: TrialTown): Promise<boolean> {
  try {
    await promisify(execFile)('git', ['merge-base', '--is-ancestor', String(commit), branch], { cwd: source, env: town.env });
    return true;
  } catch {
    return false;
  }
}
