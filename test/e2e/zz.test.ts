import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TrialTown } from '../../src/trials/trial-town.ts';
import { fingerprint } from '../support/fingerprint.ts';
test('idle', { timeout: 400000 }, async () => {
  const town = new TrialTown();
  await town.gt(['install', town.root]);
  writeFileSync(join(town.root, 'settings/config.json'), JSON.stringify({ agent: 'shell', dashboard: { port: 0 } }));
  await town.gt(['up']);
  for (const n of ['shop', 'other']) await town.gt(['rig', 'add', n, '--path', await town.repository(n, { 'a.txt': 'a\n' })]);
  let last = await fingerprint(town);
  const begin = performance.now();
  while (performance.now() - begin < 200_000) {
    const now = await fingerprint(town).catch((f) => `FAULT ${f}`);
    if (now !== last) {
      const [a, b] = [last.split('\n'), now.split('\n')];
      console.log('CHANGED', Math.round(performance.now() - begin), a.filter((l) => !b.includes(l)).join('\n-'), '=>', b.filter((l) => !a.includes(l)).join('\n+'));
      last = now;
    }
    await town.gt(['bd', 'cook', 'bad']);
  }
  expect((await town.end()).exit).toBe(0);
});
