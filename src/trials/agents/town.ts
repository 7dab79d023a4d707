import { writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { onLoopback } from '#core/loopback';
import type { Preset } from '#core/preset';
import { TrialTown } from '#trials/trial-town';
import { townLayout } from '#world/config/layout';
import type { ModelServer } from '#world/model-server/server';
import type { Installed } from './install.ts';
import type { RecordingProxy } from './proxy.ts';

/** A town whose agents find the installed program first, and nothing beyond loopback. @param env of its owner's shell, too */
export const townFor = (proxy: RecordingProxy, { bin }: Installed, env: NodeJS.ProcessEnv = {}): TrialTown =>
  new TrialTown({ ...env, ...proxy.env, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` });

/** Calls gt. @throws with its words when it refuses */
export async function must(town: TrialTown, words: readonly string[]): Promise<string> {
  const { exit, out, err } = await town.gt(words);
  if (exit !== 0) throw new Error(`gt ${words.join(' ')} ended with ${exit}: ${err}${out}`);
  return out;
}

/** The program as the settings know it; what it is to be asked by. */
type Program = { readonly name: string; readonly preset: Preset; readonly model: ModelServer };

/** Brings the town up with one rig, `shop`; its agent asks the model server. @returns the person's repository */
export async function openShop(
  town: TrialTown,
  { name, preset, model }: Program,
  settings: Readonly<Record<string, unknown>>,
): Promise<string> {
  const over = onLoopback(preset, model.url);
  if (!over) throw new Error(`the preset ${name} does not tell how to use a model server on loopback`);
  await must(town, ['install', town.root, '--name', 'clients']);
  const layout = townLayout(town.root);
  writeFileSync(layout.settingsFile, `${JSON.stringify({ max_polecats: 1, dashboard: { port: 0 }, ...settings })}\n`);
  writeFileSync(layout.agentsFile, `${JSON.stringify({ version: 1, agents: { [name]: over } })}\n`);
  await must(town, ['up']);
  const source = await town.repository('shop', {
    'package.json': '{ "name": "shop", "type": "module", "private": true }\n',
    'price.js': 'export const price = (n) => n;\n',
  });
  await must(town, ['rig', 'add', 'shop', '--path', source, '--test-command', `node -e "process.exit(0)"`]);
  return source;
}
