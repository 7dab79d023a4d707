import { command } from '#cli/command';
import { agentAround } from '#cli/here';
import { landPlanText } from '#cli/land-text';
import { isUp, type OpenTown, withDesk } from '#cli/wire';
import { untilEvent } from '#cli/wire-events';
import type { Merge } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { landDirect } from '#ops/land-direct';

/** Lands what is handed in, now. */
export const land = command({
  args: [{ name: 'what', required: true, help: 'a polecat (rig/name), a work item, or a merge request' }],
  options: [
    { name: 'direct', help: 'before all others, and also while the refinery is off' },
    { name: 'skip-tests', help: 'without waiting for its checks: for a person alone, with --reason' },
    { name: 'force', help: 'the same: a conflict cannot be skipped, since nothing would be left to land' },
    { name: 'dry-run', help: 'say what would be done, each step with its outcome; change nothing' },
    { name: 'reason', value: 'text', help: 'why it lands untested; kept with the request, and told' },
  ],
  about:
    "What was handed in is merged, the rig's checks run on that, and only what passes them lands. With --skip-tests it lands first: then the target is checked, and nothing else lands before that has passed. Ctrl+C stops waiting, not landing.",
  example: 'gt land --direct shop/toast',
  run: ({ args: { what }, opts, global, io, say }) => {
    if (!opts.direct)
      return refuse('USAGE', {
        what: 'The refinery lands what is handed in.',
        hint: 'To land one now: `gt land --direct <rig>/<polecat>`.',
      });
    const skips = opts.force || opts['skip-tests'];
    if (skips && io.env['GT_ROLE'] !== undefined) return refuse('LAND_UNTESTED', { what });
    const reason = opts.reason?.trim() || undefined;
    if (skips !== (reason !== undefined) && !opts['dry-run'])
      return refuse('USAGE', {
        what: skips ? 'Nothing lands untested without a reason.' : 'A reason is for --skip-tests.',
        hint: `Say it: \`gt land --direct ${what} --skip-tests --reason "…"\`.`,
      });
    return withDesk({ global, io }, { wait: 'person' }, async (town) => {
      if (io.env['GT_ROLE'] !== 'mayor' && (await agentAround(town.desk.books, io)) !== undefined)
        return skips ? refuse('LAND_UNTESTED', { what }) : refuse('LAND_NOT_YOURS');
      const id = await requestOf(town, what);
      if (opts['dry-run']) return isRefusal(id) ? id : (await import('#cli/wire-land')).landPlan(town, io, id, skips);
      const asked = isRefusal(id) ? id : await landDirect(town.desk, id, reason);
      if (isRefusal(asked)) return asked;
      if (!isUp(town)) return refuse('TOWN_DOWN');
      say(`${asked.id} (${asked.work}) is next to land on ${asked.target}${skips ? ', without its checks' : ''} …`);
      return told(await ended(town, asked, io.interrupted));
    });
  },
  text: (value, { paint }) => {
    if ('dryRun' in value) return landPlanText(value, paint);
    const { merge, work, state, why, commit, target, untested } = value;
    const loud = untested
      ? `\n${paint.yellow(`It was not tested. ${target} is checked now, and nothing else lands before that has passed.`)}`
      : '';
    if (commit) return `${paint.bold(work)} landed on ${target}: ${commit.slice(0, 10)}${loud}`;
    return state === 'returned'
      ? `${paint.red(merge)} came back: ${why}`
      : `${merge} is ${state}${why ? `: ${why}` : ''}. See gt why ${work}`;
  },
  exit: (value) => {
    if ('dryRun' in value) return value.steps.some(({ is }) => is === 'bad') ? 1 : 0;
    const { state, why } = value;
    return state === 'merged' ? 0 : state === 'returned' || why ? 1 : 6;
  },
});

/** The newest request of what somebody names; a polecat has its name until its work has landed. */
async function requestOf({ desk: { books } }: OpenTown, what: string): Promise<string | Refusal> {
  if (await books.read('merge', what)) return what;
  const [rig = '', name] = what.split('/').filter((word) => word !== 'polecats');
  const items = name === undefined ? await books.readMany('work', [what]) : [];
  const open = name === undefined ? [] : await books.readMany('merge', await books.index(`merges.open:${rig}`));
  const works = await books.readMany(
    'work',
    open.map((one) => one.work),
  );
  const found = [...items, ...works.filter(({ hold }) => hold?.name === name)].find((one) => one.merge !== undefined);
  return found?.merge ?? refuse('LAND_NOTHING', { what });
}

/** The request once it has landed or come back, or the train has stopped; as it is when nobody waits any more. */
async function ended(
  town: OpenTown,
  { id, rig }: Merge,
  interrupted: AbortSignal,
): Promise<{ merge: Merge; blocked: string | undefined }> {
  const { books } = town.desk;
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, interrupted]);
  const look = async () => {
    const [merge, train] = await Promise.all([books.read('merge', id), books.read('train', rig)]);
    if (!merge) return undefined;
    const open = ['submitted', 'queued', 'checking', 'landing'].includes(merge.state);
    return open && (!train?.blocked || merge.override) ? undefined : { merge, blocked: open ? train?.blocked?.note : undefined };
  };
  try {
    const found = await Promise.race([id, rig].map((subject) => untilEvent(town, subject, look, signal)));
    if (found) return found;
  } finally {
    over.abort();
  }
  const merge = await books.read('merge', id);
  if (!merge) throw new Error(`${id} is gone`);
  return { merge, blocked: undefined };
}

function told({ merge, blocked }: { merge: Merge; blocked: string | undefined }) {
  const { id, work, state, target, landed, returned, unchecked, override } = merge;
  return {
    merge: id,
    work,
    state,
    target,
    commit: landed?.tip ?? null,
    why: returned?.kind ?? blocked ?? null,
    untested: unchecked === true && override !== undefined,
  };
}
