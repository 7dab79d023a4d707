import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { townLayout } from '#world/config/layout';
import { readIndex } from '#world/pty/recording/shelf';
import { play, readAll } from '../support/recorder.ts';
import { commits, HarmedTown } from '../support/trial.ts';

let town: HarmedTown;
beforeAll(async () => {
  town = await HarmedTown.open();
  await town.rig('alpha', 'true');
});
afterAll(() => town?.close());

test('the sessions of a polecat are recorded in the town, without the token that they speak with', async () => {
  const id = await town.work('alpha', `echo "the token is $GT_SESSION, as you see"\n${commits('recorded')}`);
  const landed = await town.landed(id);
  const session = `${id}.r${landed.runs}.s1`;
  const dir = townLayout(town.root).recording(session);
  await town.until('the recording is written', async () => (await readIndex(dir))?.end);
  const text = (await readAll(dir)).flatMap(({ events }) => events.map((event) => event.text)).join('');
  expect(text).toMatch(/the token is \*{20,}, as you see/);
  expect(text).not.toContain(`.${session}.`);
  expect((await play(dir)).join('\n').replaceAll(/\{[^}]*\}/g, '')).toContain('as you see');
  expect(readFileSync(join(dir, '1.cast'), 'utf8').split('\n')[0]).toContain(`"session":"${session}"`);
});
