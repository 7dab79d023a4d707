import { afterAll, expect, test } from 'vitest';
import type { NumberedNews } from '#world/pty/host';
import { look } from '../support/attach.ts';
import { makeGround, nextEvent, shell, startHost } from '../support/pty.ts';
import { until } from '../support/until.ts';

const ground = makeGround();
afterAll(() => ground.clear());

const small = { cols: 40, rows: 10 };

test('what happens on a host is numbered: who was away is told what it missed, and who missed too much to look at the list', async () => {
  const running = await startHost(ground, 'news');
  const host = await running.connect(1);
  const seen: NumberedNews[] = [];
  const stop = host.events(0, { onNews: (event) => seen.push(event), onGap: () => undefined });
  const drained = nextEvent(host, 'drained', 'news');
  await host.spawn({ ...shell(ground, 'news', String.raw`read go; printf '\033]2;hello\007\007'; read more; exit 2`), ...small });
  await host.resize('news', 50, 12);
  const one = await look(host, 'news', { type: true });
  await until('it looks', () => one.paints() === 1);
  one.stream.keys(Buffer.from('\n'));
  await until('it has rung', () => seen.some(({ news }) => news.type === 'bell'));
  one.stream.keys(Buffer.from('\n'));
  await drained;
  await until('all is told', () =>
    ['title', 'bell', 'output', 'drained'].every((type) => seen.some(({ news }) => news.type === type)),
  );
  expect(seen.map(({ n }) => n)).toEqual([...seen.map(({ n }) => n)].sort((a, b) => a - b));
  expect(seen.map(({ news }) => news.type).filter((type) => type !== 'output')).toEqual([
    'spawned',
    'resized',
    'title',
    'bell',
    'exited',
    'drained',
  ]);
  stop();
  await host.forget('news');
  const later: NumberedNews[] = [];
  const last = seen.at(-1)?.n ?? 0;
  const gaps: number[] = [];
  host.events(last, { onNews: (event) => later.push(event), onGap: (n) => gaps.push(n) });
  await until('the rest is told', () => later.some(({ news }) => news.type === 'forgotten'));
  expect(later.every(({ n }) => n > last)).toBe(true);
  host.events(1_000_000, { onNews: () => undefined, onGap: (n) => gaps.push(n) });
  await until('the gap is told', () => gaps.length === 1);
  expect(gaps[0]).toBeGreaterThanOrEqual(last);
  await running.stop();
});
