import { unchanged } from '#core/change';
import type { Run } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import { isCurrent } from '#core/run';
import type { Desk } from '#world/desk';

/** Who calls, from a session's token. */
export type Caller = { readonly session: string; readonly run: string; readonly token: string };

/** A session's first call: its agent lives, and has the work; what waits to be said to it hears of it. Asking again changes nothing. @returns the run; SESSION_STALE for any but its session of now */
export async function ack(desk: Desk, { session, run: id, token }: Caller): Promise<Run | Refusal> {
  return desk.change(async (reading) => {
    const run = await reading.get('run', id);
    if (!run || !isCurrent(run, token) || !run.session)
      return refuse('SESSION_STALE', { session, work: run?.work ?? 'its item', current: currentOf(run) });
    if (run.session.ackedAt !== undefined) return unchanged(run);
    const now = desk.clock.now();
    const doc: Run = { ...run, session: { ...run.session, ackedAt: now } };
    const work = await reading.get('work', run.work);
    const taken =
      work?.status === 'hooked' && work.run === id ? { ...work, status: 'in_progress' as const, updatedAt: now } : undefined;
    const recipient = await reading.get('recipient', run.work);
    const waitedFor = recipient && recipient.line.length > 0 ? { ...recipient, session: run.session.id } : undefined;
    return {
      put: [
        { noun: 'run', doc },
        ...(taken ? [{ noun: 'work' as const, doc: taken }] : []),
        ...(waitedFor ? [{ noun: 'recipient' as const, doc: waitedFor }] : []),
      ],
      events: [{ type: 'session.acked', subject: run.session.id, rig: run.rig, data: { work: run.work, run: id } }],
      answer: doc,
    };
  });
}

const currentOf = (run: Run | undefined): string =>
  run?.session && run.state !== 'ended' && !run.session.exit ? run.session.id : 'nobody';
