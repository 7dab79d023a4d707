import { expect, test } from 'vitest';
import { built } from '../support/built.ts';

const seed = Number(process.env['GT_SEED'] ?? Math.floor(Math.random() * 1e6));

test(`a tower of Hanoi is solved, each move made once, while worker and Redis are killed (GT_SEED=${seed})`, {
  timeout: 600_000,
}, async () => {
  await built('src/main.js');
  const { soakHanoi } = (await import(await built('src/trials/hanoi.js'))) as typeof import('../../src/trials/hanoi.ts');
  const said: string[] = [];
  const isGood = await soakHanoi({ discs: 7, kills: 4, redis: 2, seed }, (line) => said.push(line));
  expect(said.join('\n')).toMatch(/worker killed 4 times in .*: each move once, each tower solved/);
  expect(said.join('\n')).toMatch(/Redis killed 2 times in .*: each move once, each tower solved/);
  expect(isGood, said.join('\n')).toBe(true);
});
