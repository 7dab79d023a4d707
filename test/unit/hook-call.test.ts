import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Io } from '#cli/command';
import { asHook, type Hold } from '#cli/hook-call';
import { HOOK_WAIT_MS } from '#core/limits';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const call = { io: { env: {}, stdin: undefined } as unknown as Io };

/** A hook that is at work until `end`; `hold` is what it was given. */
async function atWork() {
  let end: (value: string) => void = () => undefined;
  let hold: Hold = () => true;
  let said: string | undefined | 'not yet' = 'not yet';
  const work = new Promise<string>((resolve) => {
    end = resolve;
  });
  void asHook(call, (_, given) => {
    hold = given;
    return work;
  }).then((value) => {
    said = value;
  });
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  await pass(0);
  return { pass, end, hold: () => hold(), said: () => said };
}

test('a hook that has taken nothing says nothing after its time, and may take nothing from then on', async () => {
  const hook = await atWork();
  await hook.pass(HOOK_WAIT_MS - 1);
  expect(hook.said()).toBe('not yet');
  await hook.pass(1);
  expect([hook.said(), hook.hold()]).toEqual([undefined, false]);
});

test('a hook that has taken something stays to print it, as long again at most', async () => {
  const [prints, hangs] = [await atWork(), await atWork()];
  for (const hook of [prints, hangs]) expect([hook.hold(), hook.hold()]).toEqual([true, true]);
  await prints.pass(2 * HOOK_WAIT_MS - 1);
  expect([prints.said(), hangs.said()]).toEqual(['not yet', 'not yet']);
  prints.end('what it took');
  await prints.pass(0);
  expect([prints.said(), hangs.said()]).toEqual(['what it took', 'not yet']);
  await hangs.pass(1);
  expect([hangs.said(), hangs.hold()]).toEqual([undefined, false]);
});
