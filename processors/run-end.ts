import { handIn } from '#core/hand-in';
import { mergeId } from '#core/ids';
import { runEnded, runFailed } from '#core/merge';
import { plainText } from '#core/plain-text';
import type { Run } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import type { World } from '#world/world';

/** Lines of its agent's last output that a failed run shows. */
const LAST_LINES = 40;

/** Its `done` had pinned the head and died before the books heard of it: the pin is its word. @returns whether it is handed in */
export async function handInForIt(run: Run, head: string, world: World): Promise<boolean> {
  const { desk } = world;
  const { target } = world.rig(run.rig);
  const { GIT_AUTHOR_NAME: author = run.name } = await world.agents.identity(run);
  const answer = await desk.change(async (reading) => {
    const [now, work] = [await reading.get('run', run.id), await reading.get('work', run.work)];
    await reading.get('merge', mergeId(run.id));
    if (!now || !work || work.status === 'closed' || now.submitted || now.state === 'ended')
      return { put: [], answer: now?.submitted !== undefined };
    return {
      ...handIn(now, work, await reading.get('train', run.rig), { head, target, author }, desk.clock.now()),
      answer: true,
    };
  });
  if (isRefusal(answer)) throw new Refused(answer);
  return answer;
}

/** Ends a run: its slot is free in this commit. */
export async function endRun(run: Run, outcome: NonNullable<Run['outcome']>, world: World): Promise<undefined> {
  const { desk } = world;
  const escalation = `hq-esc-${run.work}`;
  const { max_attempts: maxAttempts } = world.rig(run.rig).settings;
  const evidence = `Its agent ended ${run.deaths} times without \`gt done\` and without a new commit. The end of its output:\n\n${plainText(run.session?.lastWords ?? '', LAST_LINES)}`;
  const answer = await desk.change(async (reading) => {
    const [now, work, known] = [
      await reading.get('run', run.id),
      await reading.get('work', run.work),
      await reading.get('escalation', escalation),
    ];
    if (!now || now.state === 'ended') return { put: [], answer: undefined };
    const at = desk.clock.now();
    const failed = outcome === 'failed' && work?.run === run.id;
    const change = failed
      ? runFailed(now, work, known, { kind: 'died', evidence }, { maxAttempts, escalation }, at)
      : runEnded(now, work, outcome, at);
    return { ...change, answer: undefined };
  });
  if (isRefusal(answer)) throw new Error(`${run.id} could not be ended: ${answer.refused}`);
}
