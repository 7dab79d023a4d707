import { branchName, freeBranch } from '#core/branch';
import type { NewEvent } from '#core/change';
import type { Run } from '#core/records';
import { isRefusal, Refused, refuse } from '#core/refusals';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { worktreeMade } from './step-place.ts';

/** An event of a run, or what it is of the record that is about to be written. */
type Telling = Pick<NewEvent, 'type' | 'data'>;
type ToldOf = Telling | ((doc: Run) => Telling);

/**
 * Changes a run's record, unless it has ended; a change that changes nothing is not written, and its event is not told.
 * @throws Refused when the books refuse, so that the job's backoff tries again
 */
export async function changeRun(
  run: Run,
  world: World,
  change: (doc: Run) => Run,
  event?: ToldOf,
  settle: readonly string[] = [],
): Promise<undefined> {
  const answer = await world.desk.change(async (reading) => {
    const now = await reading.get('run', run.id);
    if (!now || now.state === 'ended') return { put: [], answer: undefined };
    const doc = change(now);
    if (doc === now) return { put: [], answer: undefined };
    const told = typeof event === 'function' ? event(doc) : event;
    return {
      put: [{ noun: 'run', doc }],
      settle,
      events: told ? [{ ...told, subject: run.id, rig: run.rig }] : [],
      answer: undefined,
    };
  });
  if (isRefusal(answer)) throw new Refused(answer);
}

/** Makes the run's worktree ready: its branch is noted first, so that a repeat after a kill takes the same one; what came back has the target merged in. */
export async function prepare(run: Run, world: World): Promise<undefined> {
  const { git } = world;
  const { repo, target } = world.rig(run.rig);
  const tip = await git.resolve(repo, `refs/heads/${target}`);
  if (!tip) throw new Refused(refuse('BRANCH_UNKNOWN', { branch: target }));
  const branch = run.branch ?? (await noteBranch(run, world));
  const sparse = world.agents.hides(run, world.rig(run.rig));
  await git.addWorktree({ repo, dir: run.dir, branch, at: tip, owner: run.work, sparse });
  failpoint('worktree');
  const before = await git.facts(run.dir);
  const comesBack = run.rework && run.rework.kind !== 'died' && before.dirty.length === 0;
  if (comesBack)
    await git.mergeInto({
      dir: run.dir,
      commit: tip,
      message: `Merge ${target} into ${branch}`,
      env: await world.agents.identity(run),
    });
  const { head } = await git.facts(run.dir);
  const event = { type: 'run.ready', data: { branch, base: tip } } as const;
  const ready = (doc: Run): Run =>
    doc.state === 'granted' ? { ...doc, state: 'ready', base: tip, start: doc.start ?? head, lastHead: head } : doc;
  await changeRun(run, world, ready, event, [worktreeMade(run.work)]);
}

/** Chooses the branch's name by the rig's template, free of other items' branches, and writes it down with the run and with what the item holds. */
async function noteBranch(run: Run, world: World): Promise<string> {
  const { git, desk } = world;
  const { repo, settings } = world.rig(run.rig);
  const taken = new Set((await git.refs(repo, 'refs/heads')).map(({ ref }) => ref.slice('refs/heads/'.length)));
  const title = (await desk.books.read('work', run.work))?.title ?? '';
  const named = branchName(settings.polecat_branch_template, {
    user: await world.agents.user(),
    name: run.name,
    issue: run.work,
    title,
    at: run.grantedAt,
  });
  if ('fault' in named)
    throw new Refused(
      refuse('SETTINGS_INVALID', {
        file: 'settings/config.json',
        fault: `polecat_branch_template: ${named.why}`,
        hint: 'Mend the template.',
      }),
    );
  const branch = freeBranch(named.branch, (one) => taken.has(one));
  const answer = await desk.change(async (reading) => {
    const [now, work] = [await reading.get('run', run.id), await reading.get('work', run.work)];
    if (!now || !work?.hold || now.branch) return { put: [], answer: now?.branch ?? branch };
    return {
      put: [
        { noun: 'run', doc: { ...now, branch } },
        { noun: 'work', doc: { ...work, hold: { ...work.hold, branch } } },
      ],
      answer: branch,
    };
  });
  if (isRefusal(answer)) throw new Refused(answer);
  return answer;
}
