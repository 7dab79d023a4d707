import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { presetFile } from '#core/preset';
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
