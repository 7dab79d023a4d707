import { acceptable } from '#core/hand-in';
import { isCurrent, stale } from '#core/holder';
import { verdictId } from '#core/ids';
import type { Run } from '#core/records';
import { explain, isRefusal, type Refusal } from '#core/refusals';
import type { Caller } from '#ops/ack';
import type { Desk } from '#world/desk';
import type { Git } from '#world/git/git';
import type { Rig } from '#world/world';
import { branchFacts, othersOpen } from './done.ts';

/** One line of what is looked at before a hand-in. `is`: `no` is what `gt done` refuses; `look` is for the agent to judge, and refuses nothing. */
type DoneLine = { readonly is: 'yes' | 'no' | 'look'; readonly what: string; readonly todo: string | null };

/** All that is looked at before a hand-in, and what `gt done` would refuse first. */
export type DoneCheck = {
  readonly work: string;
  readonly ready: boolean;
  readonly lines: readonly DoneLine[];
  readonly refusal: { readonly code: string; readonly says: string; readonly try: string } | null;
};

type Ground = { readonly desk: Desk; readonly git: Git; readonly rig: (name: string) => Promise<Rig | Refusal> };

/** Looks at all that a hand-in needs, and changes nothing. @returns SESSION_STALE for any but the run's session of now */
export async function checkDone({ desk, git, rig: open }: Ground, caller: Caller): Promise<DoneCheck | Refusal> {
  const run = await desk.books.read('run', caller.run);
  if (!run || !isCurrent(run, caller.token)) return stale(run, caller.session);
  const rig = await open(run.rig);
  if (isRefusal(rig)) return rig;
  const [facts, work] = await Promise.all([branchFacts(run, rig, git), desk.books.read('work', run.work)]);
  const steps = await othersOpen(run, desk);
  const refused = isRefusal(facts) ? facts : (acceptable(run, work, facts, rig.target) ?? steps);
  const refusal = refused ? explain(refused) : null;
  const lines = [
    ...(isRefusal(facts) || work?.leg?.review_only ? [] : await linesOf(run, rig, facts, { desk, git })),
    line(steps === undefined, 'Every step of the molecule but the one in hand is closed', '`gt mol status` shows what is open'),
    ...(await reminders(run, desk)),
  ];
  const shown =
    refusal && lines.every(({ is }) => is !== 'no')
      ? [{ is: 'no' as const, what: refusal.says, todo: refusal.try }, ...lines]
      : lines;
  return {
    work: run.work,
    ready: refusal === null,
    lines: shown,
    refusal: refusal && { code: refusal.code, says: refusal.says, try: refusal.try },
  };
}

const line = (isSo: boolean, what: string, todo: string): DoneLine => ({
  is: isSo ? 'yes' : 'no',
  what,
  todo: isSo ? null : todo,
});
const look = (isSo: boolean, what: string, todo: string): DoneLine => ({
  is: isSo ? 'yes' : 'look',
  what,
  todo: isSo ? null : todo,
});

type Facts = Exclude<Awaited<ReturnType<typeof branchFacts>>, Refusal>;

async function linesOf(run: Run, rig: Rig, facts: Facts, { desk, git }: Pick<Ground, 'desk' | 'git'>): Promise<DoneLine[]> {
  const { untracked, stashes } = await git.leavings(run.dir);
  const changed = facts.dirty.filter((path) => !untracked.includes(path));
  const files = (all: readonly string[]) => all.slice(0, 5).join(', ');
  const tree = facts.head === undefined ? undefined : await git.treeOf(rig.repo, facts.head);
  const verdict = tree === undefined ? undefined : await desk.books.read('verdict', verdictId({ tree, spec: rig.checks.spec }));
  const failed = (verdict?.failures.length ?? 0) > 0;
  return [
    line(
      changed.length === 0 && !facts.merging,
      'Everything is committed',
      `Commit: ${files(changed) || 'a merge is still open'}`,
    ),
    line(untracked.length === 0, 'No file is untracked', `Commit or remove: ${files(untracked)}`),
    look(stashes.length === 0, 'Nothing is stashed', `\`git stash pop\`, then commit: ${files(stashes)}`),
    line(
      facts.related && facts.ahead > 0,
      `${run.branch ?? 'The branch'} is ahead of ${rig.target}`,
      'Commit your work, or `gt done --no-code --report FILE`',
    ),
    rig.checks.commands.length === 0
      ? look(true, 'The rig has no checks', '')
      : look(
          verdict?.passed !== undefined,
          'The checks have passed on this tree',
          failed ? 'They have failed on it: mend that' : 'Run the tests yourself; the refinery runs its checks before it lands',
        ),
  ];
}

/** What only the agent knows. */
async function reminders(run: Run, { books }: Desk): Promise<DoneLine[]> {
  const notes = (await books.textField(run.work, 'notes')) ?? '';
  return [
    look(notes !== '', 'Notes are written', `What whoever comes next must know: \`bd update ${run.work} --notes "…"\``),
    look(false, 'Work that was found on the way is filed', '`gt work create "…"` for each; nothing to do where there is none'),
  ];
}
