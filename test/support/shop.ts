import type { Work } from '#core/records';
import { isRefusal, type Refusal } from '#core/refusals';
import { systemDefaults } from '#core/settings';
import { closing, wantSlot } from '#core/work';
import { createWork, type NewItem } from '#ops/create-work';
import type { TownFacts } from '#views/facts';
import { rigLayout } from '#world/config/layout';
import type { Rig } from '#world/world';
import type { TestDesk } from './desk.ts';

/** A town with one rig, for tests of what is read and written: no files, no git. */
const layout = rigLayout('/town', 'shop');

/** A rig with one slot and without checks. */
export const shop: Rig = {
  name: 'shop',
  file: { type: 'rig', version: 1, name: 'shop', git_url: '/code/shop', beads: { prefix: 'sh' } },
  layout,
  settings: { ...systemDefaults({ freeMemoryBytes: 8e9, cores: 4 }), max_polecats: 1 },
  repo: layout.repo,
  target: 'main',
  checks: { spec: '0', commands: [] },
};

export const town: TownFacts = {
  name: 'town',
  root: '/town',
  up: true,
  processes: [{ name: 'worker', pid: 42, state: 'running', since: 1, why: null, build: null }],
  board: null,
  maxPolecats: 10,
};

/** The token of a test's session. */
export const TOKEN = 'tdesk00.sh-000.r1.s1.00112233445566778899';

/** The answer, or a failed test. */
export function good<T>(answer: T | Refusal): T {
  if (isRefusal(answer)) throw new Error(`refused: ${JSON.stringify(answer)}`);
  return answer;
}

export const newItem = async (desk: TestDesk, title: string, more: Partial<NewItem> = {}): Promise<Work> =>
  good(await createWork(desk, { rig: 'shop', prefix: 'sh', title, ...more }));

/** The item's needs are met, as its job finds. */
export const want = (desk: TestDesk, id: string) =>
  desk.change(async (reading) => {
    const work = await reading.get('work', id);
    if (!work) throw new Error(`no ${id}`);
    return wantSlot(work, desk.clock.now());
  });

/** The item has landed, as the train finds. */
export const close = (desk: TestDesk, id: string) =>
  desk.change(async (reading) => {
    const work = await reading.get('work', id);
    if (!work) throw new Error(`no ${id}`);
    const { doc, settle } = closing(work, { at: desk.clock.now(), reason: 'landed', commit: 'c'.repeat(40) });
    return { put: [{ noun: 'work', doc }], settle, answer: undefined };
  });
