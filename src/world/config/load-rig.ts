import { createHash } from 'node:crypto';
import { isRefusal, type Refusal } from '#core/refusals';
import type { Machine, Settings } from '#core/settings';
import type { Rig } from '#world/world';
import { rigLayout } from './layout.ts';
import { readRig } from './rigs.ts';
import { loadRigSettings } from './settings.ts';

/** A rig as its files and settings say now, or the refusal of what is wrong with them. */
export function loadRig(root: string, name: string, machine?: Machine): Rig | Refusal {
  const file = readRig(root, name);
  if (isRefusal(file)) return file;
  const loaded = loadRigSettings(root, name, machine);
  if (isRefusal(loaded)) return loaded;
  const { settings } = loaded;
  const layout = rigLayout(root, name);
  const target = settings.merge_queue.target_branch ?? file.target_branch ?? file.default_branch ?? 'main';
  return { name, file, layout, settings, repo: layout.repo, target, checks: checksOf(settings) };
}

function checksOf({ merge_queue }: Settings): Rig['checks'] {
  const commands = merge_queue.check.map((one) => ({
    name: one.name,
    run: one.run,
    timeoutMs: one.timeout ?? merge_queue.checks_timeout,
  }));
  return { commands, spec: createHash('sha256').update(JSON.stringify(commands)).digest('hex').slice(0, 12) };
}
