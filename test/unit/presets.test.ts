import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { agentStart } from '#core/agent-start';
import { placesIn } from '#core/places';
import { type Preset, presetFile } from '#core/preset';
import { ROOT } from '../support/tidy.ts';

const folder = join(ROOT, 'presets');
const names = readdirSync(folder).map((name) => name.replace(/\.json$/, ''));

test('gt ships the agents that it names', () => {
  expect(names.sort()).toEqual(
    ['amp', 'auggie', 'claude', 'codex', 'copilot', 'cursor', 'gemini', 'opencode', 'pi', 'qwen', 'shell'].sort(),
  );
});

test.each(names)('the preset of %s is well formed', (name) => {
  const read = presetFile.safeParse(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')));
  expect(read.error?.issues ?? []).toEqual([]);
});

const presets = names.map((name): [string, Preset] => [
  name,
  presetFile.parse(JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'))),
]);

test.each(presets)('%s starts in every way that it says, with no place left open', (_name, preset) => {
  const places = { config: 'C', home: 'H', root: 'R', worktree: 'W', runner: 'X', gt: 'G', id: 'I', fork: 'F' };
  for (const mode of ['fresh', 'resume', 'fork'] as const) {
    const start = agentStart(preset, { mode, autonomous: true, hooks: true, places, prompt: '[hi]' });
    expect(start === undefined).toBe(mode !== 'fresh' && preset.session[mode] === undefined);
    expect(placesIn([...(start?.argv ?? []), ...Object.values(start?.env ?? {})].join(' '))).toEqual([]);
    if (mode !== 'fresh' && start) expect(start.argv).toContain('I');
  }
});

test.each(presets.filter(([, { hooks }]) => hooks?.kind === 'command'))(
  'the hooks of %s stand at moments that it has',
  (_name, preset) => {
    const known: unknown[] = Object.values(preset.hooks?.events ?? {});
    for (const { content } of preset.hooks?.files ?? []) {
      const used = Object.keys((content as { hooks: object }).hooks);
      expect(used.filter((one) => !known.includes(one))).toEqual([]);
    }
    expect(known.length).toBeGreaterThan(0);
  },
);

test.each(presets)('what the screen of %s shows is looked for in the title and the footer first', (_name, { screen }) => {
  const order = ['title', 'footer', 'row', 'screen'];
  for (const signs of [screen.ready, screen.busy]) {
    const places = signs.map(({ where }) => order.indexOf(where));
    expect(places).toEqual([...places].sort());
  }
});
