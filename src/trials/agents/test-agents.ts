import { join } from 'node:path';
import { shippedPresets } from '#world/agents/presets';
import { cacheFolder, installAgent } from './install.ts';
import { recordScreens } from './record.ts';

type Say = (line: string) => void;

/** The programs that npm has, the most important first. */
const CLIENTS = ['claude', 'codex', 'pi', 'gemini', 'copilot', 'opencode'];

/** `test-agents [names] [--record [--scene=<name>]]`: the real agent programs. @returns the exit code */
export async function testAgents(words: readonly string[], say: Say): Promise<number> {
  const names = words.filter((word) => !word.startsWith('--'));
  const only = words.flatMap((word) => (word.startsWith('--scene=') ? [word.slice('--scene='.length)] : []));
  const presets = new Map(shippedPresets().map(({ name, preset }) => [name, preset]));
  for (const name of names.length > 0 ? names : CLIENTS) {
    const preset = presets.get(name);
    if (!preset) {
      say(`There is no preset ${name}.`);
      return 2;
    }
    const installed = await installAgent(name, preset, cacheFolder());
    if (typeof installed === 'string') {
      say(`!!! ${name} COULD NOT BE INSTALLED: ${installed}`);
      continue;
    }
    say(`${name} ${installed.version}`);
    if (words.includes('--record'))
      await recordScreens(name, preset, installed, { folder: join('test/fixtures/screens', name), only, say });
  }
  return 0;
}
