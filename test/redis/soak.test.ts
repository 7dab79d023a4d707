import { expect, test } from 'vitest';
import { built } from '../support/built.ts';

const SHORT = { jobs: 60, rounds: 18, unwoken: 0.05, own: 0.3 };

test('under kills of the worker and lost wakes every job sees its last version, and none runs beside itself', async () => {
  // The built one: it forks itself.
  const { soak } = (await import(await built('src/trials/soak.js'))) as typeof import('../../src/trials/soak.ts');
  const said: string[] = [];
  const result = await soak(SHORT, (line) => said.push(line));
  expect(result, said.join('\n')).toMatchObject({ ok: true, sawLast: SHORT.jobs, overlaps: 0, unseen: 0, faults: [] });
  expect(result.kills).toBeGreaterThanOrEqual(2);
}, 240_000);
