import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Preset } from '#core/preset';
import { shippedPresets } from '#world/agents/presets';
import { spendDay } from './day.ts';
import { tryDepths } from './depth.ts';
import { drive } from './drive.ts';
import { cacheFolder, type Installed, installAgent } from './install.ts';
import { recordScreens } from './record.ts';

type Say = (line: string) => void;
type Result = 'passed' | 'FAILED' | 'NOT INSTALLED';

/** The programs that npm has, the most important first. */
const CLIENTS = ['claude', 'codex', 'pi', 'gemini', 'copilot', 'opencode'];

/**
 * The real agent programs, installed from npm into a cache: `[names…]` drives each through a town, `--record [--scene=<name>]` records its screens as fixtures; `--depth` and
 * `--day` leave out that town, and try only that part of what Claude Code is tried for beside it.
 * @returns the exit code: 1 when one that was installed did not pass
 */
export async function testAgents(words: readonly string[], say: Say): Promise<number> {
  const names = words.filter((word) => !word.startsWith('--'));
  const presets = new Map(shippedPresets().map(({ name, preset }) => [name, preset]));
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'gt-evidence-')));
  const results = new Map<string, Result>();
  for (const name of names.length > 0 ? names : CLIENTS) {
    const preset = presets.get(name);
    if (!preset) {
      say(`There is no preset ${name}: name some of ${CLIENTS.join(', ')}.`);
      return 2;
    }
    const installed = await installAgent(name, preset, cacheFolder());
    if (typeof installed === 'string') {
      say(`!!! ${name} COULD NOT BE INSTALLED, AND WAS NOT TRIED: ${installed}`);
      results.set(name, 'NOT INSTALLED');
    } else results.set(name, await tried(name, preset, installed, words, folder, say));
  }
  say('');
  for (const [name, result] of results) say(`${name.padEnd(9)} ${result}`);
  if (!words.includes('--record')) say(`evidence: ${folder}`);
  return [...results.values()].includes('FAILED') ? 1 : 0;
}

async function tried(
  name: string,
  preset: Preset,
  installed: Installed,
  words: readonly string[],
  folder: string,
  say: Say,
): Promise<Result> {
  say(`\n${name} ${installed.version}`);
  if (words.includes('--record')) {
    const only = words.flatMap((word) => (word.startsWith('--scene=') ? [word.slice('--scene='.length)] : []));
    await recordScreens(name, preset, installed, { folder: join('test/fixtures/screens', name), only, say });
    return 'passed';
  }
  const kept = join(folder, name);
  mkdirSync(kept, { recursive: true });
  const only: readonly string[] = words.filter((word): boolean => word === '--depth' || word === '--day');
  const wants = (part: string): boolean => only.length === 0 || only.includes(part);
  const lacks = only.length > 0 ? [] : await drive(name, preset, installed, { folder: kept, say });
  if (name === 'claude' && wants('--depth')) lacks.push(...(await tryDepths(preset, installed.bin, { folder: kept, say })));
  if (name === 'claude' && wants('--day'))
    lacks.push(...(await spendDay(name, preset, installed, { folder: join(kept, 'day'), say })));
  for (const lack of lacks) say(`!!! ${name}: ${lack}`);
  return lacks.length === 0 ? 'passed' : 'FAILED';
}
