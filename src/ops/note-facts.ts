import type { Collected } from '#core/handoff-note';
import { addressOf, type Holder, isAgent, lineOf } from '#core/holder';
import { mailboxOf } from '#core/mail';
import { stepHeading } from '#core/molecule/step-words';
import { openAbout } from '#core/question';
import type { Desk } from '#world/desk';
import type { Git } from '#world/git/git';

/** Questions that a note names. */
const MOST = 10;

/** What gt sees of a run or lasting agent, for a note of it: its item and step, its worktree, what waits for a person, its mail. Changes nothing. */
export async function noteFacts(
  { books, steps }: Pick<Desk, 'books' | 'steps'>,
  git: Pick<Git, 'facts' | 'leavings'>,
  holder: Holder,
): Promise<Collected> {
  const run = isAgent(holder) ? undefined : holder;
  const line = lineOf(holder);
  const [work, mol, unread, asked, about] = await Promise.all([
    run && books.read('work', run.work),
    run?.molecule === undefined ? undefined : books.read('molecule', run.molecule),
    books.count(`letters.unread:${mailboxOf({ box: addressOf(holder), line })}`),
    books.index(`questions.open:${line}`, 0, MOST - 1),
    books.index(openAbout(line), 0, MOST - 1),
  ]);
  const questions = await books.readMany('escalation', [...new Set([...about, ...asked])]);
  const gates = run?.molecule === undefined ? [] : await books.readMany('gate', await books.index(`gates:${run.molecule}`));
  const waiting = gates.filter(({ state }) => state === 'open').map(({ id, title }) => `${id}: ${title}`);
  const step = mol?.hand === undefined ? null : (await steps.standing(mol)).step;
  return {
    ...(work && run ? { work: { id: work.id, title: work.title, attempt: run.attempt } } : {}),
    ...(step ? { step: stepHeading(step) } : {}),
    ...(await ofWorktree(git, holder)),
    waits: [...questions.map(({ id, why }) => `${id}: ${why}`), ...waiting].slice(0, MOST),
    unread,
  };
}

/** Of its worktree; of one that has none, or whose is broken, nothing. */
async function ofWorktree(git: Pick<Git, 'facts' | 'leavings'>, { dir, branch }: Holder) {
  const none = { dirty: [], commits: [], stashes: [] };
  if (branch === undefined) return none;
  try {
    const [facts, { commits, stashes }] = [await git.facts(dir), await git.leavings(dir)];
    return { branch: facts.branch ?? 'none (detached)', head: facts.head, dirty: facts.dirty, commits, stashes };
  } catch {
    return none;
  }
}
