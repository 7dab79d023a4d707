import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explain, type Refusal } from '#core/refusals';
import { directivesOf, rolePrompt } from '#core/role-prompt';
import { noteIs } from '#world/agents/context-notes';
import { promptFiles } from '#world/agents/prompt-files';
import { readObject, readText } from '#world/config/json-file';
import { rigLayout, townLayout } from '#world/config/layout';
import { loadTownSettings } from '#world/config/settings';

const root = mkdtempSync(join(tmpdir(), 'gt-plain-'));
const layout = townLayout(root);
const server = createServer();
const odd = (name: string) => join(root, 'odd', name);

const ODD = [
  ['fifo', 'is no regular file'],
  ['socket', 'is no regular file'],
  ['device', 'is no regular file'],
  ['folder', 'is a directory'],
  ['loop', 'is a link that leads to itself'],
  ['large', 'has 1073741824 bytes; the limit is'],
] as const;

beforeAll(async () => {
  mkdirSync(odd('folder'), { recursive: true });
  execFileSync('mkfifo', [odd('fifo')]);
  server.listen(odd('socket'));
  await once(server, 'listening');
  symlinkSync('/dev/zero', odd('device'));
  symlinkSync('loop', odd('loop'));
  const large = openSync(odd('large'), 'w');
  ftruncateSync(large, 1024 ** 3);
  closeSync(large);
});
afterAll(() => {
  server.close();
  rmSync(root, { recursive: true });
});

/** Puts an odd thing where a file should be. */
function put(name: string, file: string): void {
  mkdirSync(dirname(file), { recursive: true });
  rmSync(file, { recursive: true, force: true });
  symlinkSync(odd(name), file);
}

describe.each(ODD)('%s in the place of a file', (name, said) => {
  test('holds no agent up: overlays and directives are left out, and told', () => {
    const rig = rigLayout(root, 'shop');
    put(name, layout.promptOverlay('polecat'));
    put(name, rig.directives('polecat'));
    mkdirSync(dirname(rig.promptOverlay('polecat')), { recursive: true });
    writeFileSync(rig.promptOverlay('polecat'), 'Right.');
    const { shipped, overlays, directives } = promptFiles(layout, { role: 'polecat', rig: 'shop' });
    const told = rolePrompt('polecat', shipped, overlays, {});
    expect(told.text).toContain('Right.');
    const faults = [...told.faults, ...directivesOf(directives).faults].map((fault) => explain(fault));
    expect(faults.map(({ says }) => says)).toEqual([
      expect.stringContaining(`prompt-overlays/polecat.md: it ${said}`),
      expect.stringContaining(`shop/directives/polecat.md: it ${said}`),
    ]);
    for (const { try: todo } of faults) expect(todo).toMatch(/\w/);
  });

  test('is refused as settings, and never taken for a file that gt wrote', () => {
    put(name, layout.settingsFile);
    const refused = loadTownSettings(root) as Refusal;
    expect(refused).toMatchObject({ refused: 'SETTINGS_INVALID', facts: { fault: expect.stringContaining(`it ${said}`) } });
    expect(readObject(layout.settingsFile)).toMatchObject({ refused: 'SETTINGS_INVALID' });
    expect(() => readText(layout.settingsFile)).toThrow();
    put(name, layout.mayorClaudeMd);
    expect(noteIs(layout.mayorClaudeMd)).toBe('theirs');
  });
});

test('a file that is not there, or would lie below a file, is none', () => {
  writeFileSync(join(root, 'file'), '{}');
  expect(readText(join(root, 'nothing'))).toBeUndefined();
  expect(readText(join(root, 'file/below'))).toBeUndefined();
  expect(readObject(join(root, 'file'))).toEqual({});
});
