import { expect, test } from 'vitest';
import { agentAround } from '#cli/here';
import { sling } from '#ops/sling';
import { deskOfFile, type TestDesk } from '../support/desk.ts';
import { newItem, TOKEN, want } from '../support/shop.ts';

let desk: TestDesk;
deskOfFile((one) => {
  desk = one;
});

test('in the worktree of a live run nobody is taken for a person, with or without a token; elsewhere who has none is one', async () => {
  const work = await newItem(desk, 'work');
  await sling(desk, { ids: [work.id] });
  await want(desk, work.id);
  const { id, dir } = await desk.grant(work.id, { token: TOKEN });
  const around = (cwd: string, GT_SESSION?: string) => agentAround(desk.books, { cwd, env: { GT_SESSION } });
  for (const cwd of [dir, `${dir}/`, `${dir}/deep/er`]) expect(await around(cwd)).toBe(id);
  for (const cwd of ['/', `${dir}r`, `${dir}/..`]) expect(await around(cwd)).toBeUndefined();
  expect(await around(dir, TOKEN)).toBe(id);
  expect(await around('/', 'what nobody can read')).toBe('');
});
