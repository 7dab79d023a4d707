import { THE_TOWN } from '#core/derive';
import { nextBegin } from '#core/dispatch';
import { relativeTime } from '#core/relative-time';
import type { Books } from '#world/store/books';
import type { Rig } from '#world/world';
import { type Reason, reason } from './reason.ts';
import type { WhyFacts } from './why.ts';

/** Why a rig may begin no run now, if it may not. @param live how many it has */
export async function whyNoSlot(books: Books, facts: WhyFacts, name: string, live: number): Promise<Reason | undefined> {
  const rig = facts.rigs.find((one) => one.name === name);
  if (!rig) return reason('no-rig', `The rig ${name} is not registered any more.`, 'mayor/rigs.json', `gt rig add ${name} …`);
  const { max_polecats } = rig.settings;
  if (live >= max_polecats)
    return reason(
      'rig-full',
      `All slots of ${name} are taken.`,
      `${live} of ${max_polecats} run`,
      `raise max_polecats in ${rig.layout.settingsFile}`,
    );
  const { maxPolecats } = facts.town;
  const all = await books.count('runs.live');
  if (all >= maxPolecats)
    return reason(
      'town-full',
      'All slots of the town are taken.',
      `${all} of ${maxPolecats} run`,
      'raise max_polecats in settings/config.json',
    );
  return whyPaced(books, facts, rig);
}

/** Why the run of a rig with free slots is put off, in words. */
export const makesPauses = ({ name }: Pick<Rig, 'name'>): string => `${name} begins one run at a time, with a pause after each`;

/** Why a rig with free slots begins nothing yet. */
async function whyPaced(books: Books, { now }: WhyFacts, rig: Rig): Promise<Reason | undefined> {
  const { name, layout, settings } = rig;
  const { begunAt = {} } = (await books.read('dispatch', THE_TOWN)) ?? {};
  const last = begunAt[name];
  const next = nextBegin(last, settings.worker_spawn_delay, now);
  if (last === undefined || next === undefined) return undefined;
  return reason(
    'rig-paced',
    `${makesPauses(rig)}.`,
    `the last one began ${relativeTime(last, now)}: the next one may ${relativeTime(next, now)}`,
    `nothing: it comes; or lower worker_spawn_delay in ${layout.settingsFile}`,
  );
}
