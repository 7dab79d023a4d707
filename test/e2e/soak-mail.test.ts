import { expect, test } from 'vitest';
import { built } from '../support/built.ts';

const seed = Number(process.env['GT_SEED'] ?? Math.floor(Math.random() * 1e6));

test(`a hundred mails among stand-ins of five programs are told once, in order, to nobody else, while worker and sessions are killed (GT_SEED=${seed})`, {
  timeout: 400_000,
}, async () => {
  await built('src/main.js');
  const { soakMail } = (await import(await built('src/trials/soak-mail.js'))) as typeof import('../../src/trials/soak-mail.ts');
  const said: string[] = [];
  const isGood = await soakMail({ mails: 100, agents: 5, workers: 1, sessions: 3, seed }, (line) => said.push(line));
  expect(isGood, said.join('\n')).toBe(true);
  expect(said.join('\n')).toMatch(/1 workers and 3 sessions killed/);
  expect(said.join('\n')).toMatch(/[1-9]\d* by hooks, [1-9]\d* by the terminal/);
});
