import { unchanged } from '#core/change';
import { isCurrent, stale } from '#core/holder';
import type { Work } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import { answered } from '#core/work';
import type { Desk } from '#world/desk';
import type { Caller } from './ack.ts';

/** What became of an item: `run` is the one that ends because of it; `again`: it was on no hook. */
export type Released = {
  readonly id: string;
  readonly run: string | null;
  readonly kept: string | null;
  readonly again: boolean;
};

/**
 * Takes an item off its hook: it is open again, and nobody does it until somebody slings it. A session that has it is ended, what it left is kept; name,
 * branch and worktree stay with the item. WORK_TAKEN for one that is handed in. @param caller the session, if it lets its own item go
 */
export async function release(desk: Desk, id: string, caller?: Caller): Promise<Released | Refusal> {
  return desk.change<Released>(async (reading) => {
    const work = await reading.get('work', id);
    if (!work) return refuse('WORK_UNKNOWN', { id, hint: '`gt work list` shows all.' });
    if (work.status === 'closed') return refuse('WORK_CLOSED', { id, reason: work.closed?.reason ?? 'closed' });
    if (work.merge) return refuse('WORK_TAKEN', { id, holder: `merge request ${work.merge}` });
    const run = work.run === undefined ? undefined : await reading.get('run', work.run);
    if (caller && !(run && isCurrent(run, caller.token))) return stale(run, caller.session);
    if (run?.submitted) return refuse('WORK_TAKEN', { id, holder: 'the refinery: it is handed in' });
    const answer = { id, run: run?.id ?? null, kept: work.hold?.branch ?? null };
    const isFree = work.status !== 'hooked' && work.status !== 'in_progress' && !work.needsYou;
    if (run?.released || (!run && isFree)) return unchanged({ ...answer, again: true });
    const question = work.needsYou && (await reading.get('escalation', work.needsYou.escalation));
    const now = desk.clock.now();
    const { want: _want, needsYou: _needs, parked: _parked, slungAt: _slung, slungBy: _by, ...rest } = work;
    return {
      put: [
        { noun: 'work', doc: { ...rest, status: 'open', updatedAt: now } as Work },
        ...(run
          ? [{ noun: 'run' as const, doc: { ...run, released: { at: now, by: caller ? caller.session : desk.actor } } }]
          : []),
        ...(question ? [{ noun: 'escalation' as const, doc: answered(question, now) }] : []),
      ],
      events: [{ type: 'work.released', subject: id, rig: work.rig, data: run ? { run: run.id } : {} }],
      answer: { ...answer, again: false },
    };
  });
}
