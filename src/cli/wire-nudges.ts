import { isRefusal } from '#core/refusals';
import type { NudgeLine } from '#views/nudges';
import type { Town } from './wire.ts';
import { openHost } from './wire-facts.ts';

const UNDER_WAY: readonly string[] = ['waiting', 'pasted', 'entered'];

/** Says of nudges on their way what each waits for: what the PTY host sees on its agent's screen, or the one before it. */
export async function withReasons(town: Town, nudges: readonly NudgeLine[]): Promise<NudgeLine[]> {
  const open = nudges.filter(({ state }) => state === 'pending' || state === 'claimed');
  const seen = open.some(({ state, path }) => state === 'claimed' && path === 'terminal') ? await atHost(town) : new Map();
  const first = new Map<string, string>();
  for (const { work, id } of open) if (!first.has(work)) first.set(work, id);
  return nudges.map((one) => {
    if (one.state === 'claimed') return { ...one, why: seen.get(one.id) || one.why };
    const before = one.mode === 'immediate' ? one.id : first.get(one.work);
    return one.state === 'pending' && before !== one.id ? { ...one, why: `waits for ${before}` } : one;
  });
}

/** What keeps each nudge that the host has, by its id in the books; nothing of a host that does not answer. */
async function atHost(town: Town): Promise<Map<string, string>> {
  const host = await openHost(town);
  if (isRefusal(host)) return new Map();
  try {
    const listed = await host.nudges().catch(() => []);
    const live = listed.filter(({ step }) => UNDER_WAY.includes(step));
    return new Map(live.map(({ nudge, why }) => [nudge.split(/[.@]/)[0] ?? '', why]));
  } finally {
    host.close();
  }
}
