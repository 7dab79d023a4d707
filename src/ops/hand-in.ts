import { unchanged } from '#core/change';
import { handIn as handedIn, handInWithoutCode, mayHandIn } from '#core/hand-in';
import { addressOf } from '#core/holder';
import { mergeId } from '#core/ids';
import type { Merge, Run } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Desk } from '#world/desk';
import type { Caller } from './ack.ts';
import { tooLong } from './create-work.ts';
import { alsoTold, type ProtocolMail } from './protocol-mail.ts';

/** What is handed in: a head to land, or a report. */
export type HandIn = { readonly head: string; readonly target: string; readonly author: string } | { readonly report: string };

/** What the session is told, each time it asks. */
export type HandedIn = {
  readonly work: string;
  readonly run: string;
  readonly merge?: string;
  readonly head?: string;
  readonly again: boolean;
};

/**
 * Hands a run's work in: freezes the head and asks for its landing, or closes the item by its report. The same session asking again, or twenty times at once,
 * is told the same; an older session is refused.
 */
export async function handIn(desk: Desk, caller: Caller, what: HandIn): Promise<HandedIn | Refusal> {
  if ('report' in what) {
    if (what.report.trim() === '')
      return refuse('USAGE', {
        what: 'The report is empty.',
        hint: 'Say what came out of it: `gt done --no-code --report FILE`.',
      });
    const long = tooLong('report', what.report);
    if (long) return long;
  }
  return desk.change(async (reading) => {
    const run = await reading.get('run', caller.run);
    const may = mayHandIn(run, caller.session, caller.token);
    if (isRefusal(may) || !run)
      return isRefusal(may) ? may : refuse('SESSION_STALE', { session: caller.session, work: '?', current: 'nobody' });
    if (may === 'did')
      return 'head' in what && run.submitted?.head !== what.head
        ? refuse('DONE_LATE', { work: run.work })
        : unchanged(told(run, true));
    const work = await reading.get('work', run.work);
    if (!work) return refuse('WORK_UNKNOWN', { id: run.work, hint: '`gt work list` shows all.' });
    if (work.status === 'closed') return refuse('WORK_CLOSED', { id: work.id, reason: work.closed?.reason ?? 'closed' });
    const mol = work.molecule === undefined ? undefined : await desk.books.read('molecule', work.molecule);
    if (mol && !(await desk.steps.isComplete(mol))) {
      const open = await desk.steps.openBeside(mol.id, undefined);
      return refuse('STEPS_OPEN', { mol: mol.id, steps: open.map(({ key }) => key).join(', ') || 'they are being poured' });
    }
    const now = desk.clock.now();
    if ('report' in what) {
      const change = { ...handInWithoutCode(run, work, what.report, now), answer: told(run, false) };
      return alsoTold(desk, reading, change, [doneMail(run)]);
    }
    const change = handedIn(run, work, await reading.get('train', work.rig), what, now);
    await reading.get('merge', change.answer.id);
    return alsoTold(desk, reading, { ...change, answer: told(run, false, change.answer) }, [doneMail(run, change.answer)]);
  });
}

const doneMail = (run: Run, merge?: Merge): ProtocolMail => ({
  facts: { type: 'POLECAT_DONE', work: run.work, run: run.id, rig: run.rig, ...(merge && { merge: merge.id }) },
  from: addressOf(run),
  fromLine: run.work,
  to: [{ role: 'witness', rig: run.rig }],
});

function told(run: Run, again: boolean, merge?: Merge): HandedIn {
  const head = merge?.head ?? run.submitted?.head;
  return { work: run.work, run: run.id, ...(head ? { merge: merge?.id ?? mergeId(run.id), head } : {}), again };
}
