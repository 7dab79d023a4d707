import { verdictId } from '#core/ids';
import type { Merge, Train } from '#core/records';
import { isRefusal, type Refusal } from '#core/refusals';
import type { Rig } from '#world/world';
import type { Io } from './command.ts';
import type { LandPlan, Step } from './land-text.ts';
import type { OpenTown } from './wire.ts';
import { openGit, openRig } from './wire-rigs.ts';

/** What would become of a request that is landed now: each step with its outcome. No ref, no record and no job is changed. */
export async function landPlan(town: OpenTown, io: Io, id: string, override: boolean): Promise<LandPlan | Refusal> {
  const { books } = town.desk;
  const merge = (await books.read('merge', id)) as Merge;
  const rig = await openRig(town, merge.rig);
  if (isRefusal(rig)) return rig;
  const [train, run] = await Promise.all([books.read('train', merge.rig), books.read('run', merge.run)]);
  const head = merge.head.slice(0, 10);
  const gone = run === undefined || run.state === 'ended';
  const steps: Step[] = ['merged', 'returned', 'superseded', 'cancelled'].includes(merge.state)
    ? [
        {
          step: 'request',
          is: merge.state === 'merged' ? 'good' : 'bad',
          says: `it is ${merge.state} already: nothing would be done`,
        },
      ]
    : [
        {
          step: 'session',
          is: 'good',
          says: gone ? 'it has ended' : 'its agent is leaving, and changes nothing of what was handed in',
        },
        { step: 'head', is: 'good', says: `${head} of ${merge.branch}, frozen when it was handed in` },
        turn(merge, train, rig, override),
        ...(await merged(town, io, merge, rig, override)),
      ];
  return { dryRun: true, merge: id, work: merge.work, state: merge.state, target: merge.target, steps };
}

/** Whether something goes before it. */
function turn({ id }: Merge, train: Train | undefined, { target }: Rig, override: boolean): Step {
  const before = train?.current !== undefined && train.current !== id ? train.current : undefined;
  if (train?.blocked && override)
    return { step: 'turn', is: 'good', says: `it is next by your word, though the train has stopped: ${train.blocked.note}` };
  if (train?.blocked) return { step: 'turn', is: 'open', says: `the train has stopped: ${train.blocked.note}` };
  if (before) return { step: 'turn', is: 'open', says: `after ${before}, which is at hand` };
  if (train?.owed)
    return { step: 'turn', is: 'open', says: `after the checks of ${target}, where ${train.owed.merge} was landed untested` };
  return { step: 'turn', is: 'good', says: 'it is next' };
}

/** The merge in memory, as the train makes it, and what is known of the checks of its tree. */
async function merged({ desk: { books } }: OpenTown, io: Io, merge: Merge, rig: Rig, override: boolean): Promise<Step[]> {
  const { repo, target, checks } = rig;
  const git = await openGit(io);
  const base = await git.resolve(repo, `refs/heads/${target}`);
  if (!base) return [{ step: 'merge', is: 'bad', says: `${target} does not exist` }];
  const built = await git.candidate({ repo, base, head: merge.head, message: merge.title, at: merge.submittedAt });
  const on = `${target} (${base.slice(0, 10)})`;
  if (built.kind === 'conflict')
    return [{ step: 'merge', is: 'bad', says: `conflicts with ${on} in ${built.files.join(', ')}: it would come back` }];
  if (built.kind === 'unrelated') return [{ step: 'merge', is: 'bad', says: `shares no history with ${on}: it would come back` }];
  if (built.kind !== 'built') return [{ step: 'merge', is: 'good', says: `${on} holds it already: its item would be closed` }];
  const verdict = await books.read('verdict', verdictId({ tree: built.tree, spec: checks.spec }));
  const names = checks.commands.map(({ name }) => name).join(', ');
  const check = (): Omit<Step, 'step'> => {
    if (names === '') return { is: 'open', says: 'no checks configured: it would land untested' };
    if (verdict?.passed) return { is: 'good', says: `passed on exactly this tree (${verdict.passed.check})` };
    if (override) return { is: 'open', says: `would be skipped by your word: ${names} would run on ${target} afterwards` };
    const failed = verdict?.failures.length ?? 0;
    return {
      is: failed > 0 ? 'bad' : 'open',
      says: `${failed > 0 ? `failed ${failed} ${failed === 1 ? 'time' : 'times'} on this tree; ` : ''}would run: ${names}`,
    };
  };
  return [
    { step: 'merge', is: 'good', says: `no conflict with ${on}` },
    { step: 'checks', ...check() },
    { step: 'then', is: 'open', says: `${target} would move, ${merge.work} be closed, its branch and worktree go` },
  ];
}
