import { expect, test } from 'vitest';
import type { Check } from '#core/records';
import { refuse } from '#core/refusals';
import type { Turn } from '#processors/answer';
import { checks } from '#processors/checks';
import type { World } from '#world/world';

test('a check whose verdict the books did not take has not ended: its job tries again', async () => {
  const doc = { id: 'ck-1', rig: 'shop', state: 'planned', tree: 't', spec: 's', commands: [] } as unknown as Check;
  const world = {
    desk: { change: async () => refuse('BOOKS_BUSY', { times: 8 }) },
    rig: () => ({}),
    check: async () => ({ verdict: { state: 'passed', tail: '', endedAt: 1 }, log: '' }),
  } as unknown as World;
  const turn = { doc, signal: new AbortController().signal, show: async () => undefined } as unknown as Turn<'check'>;
  await expect(checks(turn, world)).rejects.toThrow('changed by others');
});
