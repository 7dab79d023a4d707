import { expect, test } from 'vitest';
import type { Work } from '#core/records';
import type { Turn } from '#processors/answer';
import { work } from '#processors/work';
import type { World } from '#world/world';
import { deskOfFile, type TestDesk } from '../support/desk.ts';
import { agentStep, laid } from '../support/laid.ts';
import { planStep } from '../support/molecules.ts';
import { newItem } from '../support/shop.ts';

let desk: TestDesk;
deskOfFile((one) => {
  desk = one;
});

test('an item whose molecule waits looks into its plan only where that can say that a worktree is to be made', async () => {
  const item = await newItem(desk, 'the work');
  await laid(desk, [planStep('a', [], { exec: { executor: 'polecat' } }), agentStep('b', ['a'])], { work: item.id });
  const read: string[] = [];
  const reading = (id: string) => {
    read.push(id);
    return desk.plans.read(id);
  };
  const plans = { ...desk.plans, read: reading };
  const world = { desk: { ...desk, plans } } as unknown as World;
  /** How the item's job parks, and how many plans were read for that. */
  const looks = async (more: Partial<Work> = {}) => {
    const doc = { ...((await desk.books.read('work', item.id)) as Work), ...more };
    const answer = await work({ member: `work/${item.id}@1`, doc, unmet: 0 } as unknown as Turn<'work'>, world);
    return [answer.do === 'sleep' && answer.why, read.splice(0).length];
  };
  const waits = expect.stringMatching(/^no step is ready: waits for /);
  const hooked = { status: 'hooked' } as const;
  expect(await looks()).toEqual(['open: nobody has slung it', 0]);
  expect(await looks({ ...hooked, needsYou: { escalation: 'e', why: 'x' } })).toEqual(['needs you: x', 0]);
  expect(await looks(hooked)).toEqual([waits, 1]);
  expect(await looks({ ...hooked, hold: { name: 'toast', dir: '/d', branch: 'polecat/toast' } })).toEqual([waits, 0]);
});
