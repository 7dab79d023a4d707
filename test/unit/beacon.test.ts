import { expect, test } from 'vitest';
import { beacon } from '#core/beacon';

test('a session is found by one line: who it is of, from whom, when, what for, and about what', () => {
  const at = Date.UTC(2025, 11, 30, 15, 42, 59);
  const restart = { to: 'gastown/crew/gus', from: 'human', at, topic: 'restart' };
  expect(beacon(restart)).toBe('[GAS TOWN] gastown/crew/gus <- human • 2025-12-30T15:42 • restart');
  expect(beacon({ ...restart, to: 'mayor', from: 'gt', topic: 'handoff', about: 'hq-mol-1' })).toBe(
    '[GAS TOWN] mayor <- gt • 2025-12-30T15:42 • handoff:hq-mol-1',
  );
});
