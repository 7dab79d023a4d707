import { type NewEvent, unchanged } from '#core/change';
import { heard, type Told } from '#core/conversation';
import type { Run } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import { isCurrent } from '#core/run';
import type { Desk } from '#world/desk';

/** Who calls, from a session's token. */
export type Caller = { readonly session: string; readonly run: string; readonly token: string };

/**
 * A session's call: its agent lives, and has the work, and what waits to be said to it looks again; `told` is what else it tells of itself (of a start alone
 * only that is kept). Asking again changes nothing.
 * @returns the run; SESSION_STALE for any but its session of now
 */
export async function ack(desk: Desk, { session, run: id, token }: Caller, told: Told = {}): Promise<Run | Refusal> {
  return desk.change(async (reading) => {
    const run = await reading.get('run', id);
    if (!run || !isCurrent(run, token) || !run.session)
      return refuse('SESSION_STALE', { session, work: run?.work ?? 'its item', current: currentOf(run) });
    const now = desk.clock.now();
    const after = heard(run.session, told, now);
    if (after === run.session) return unchanged(run);
    const first = run.session.ackedAt === undefined && after.ackedAt !== undefined;
    const work = first ? await reading.get('work', run.work) : undefined;
    const taken =
      work?.status === 'hooked' && work.run === id ? { ...work, status: 'in_progress' as const, updatedAt: now } : undefined;
    const doc: Run = { ...run, session: after };
    const line = first ? await reading.get('recipient', run.work) : undefined;
    const waitedFor = line && line.line.length > 0 ? { ...line, session: run.session.id } : undefined;
    const event = (type: NewEvent['type'], data: object): NewEvent => ({
      type,
      subject: session,
      rig: run.rig,
      data: { work: run.work, run: id, ...data },
    });
    const { noted } = told;
    return {
      put: [
        { noun: 'run', doc },
        ...(taken ? [{ noun: 'work' as const, doc: taken }] : []),
        ...(waitedFor ? [{ noun: 'recipient' as const, doc: waitedFor }] : []),
      ],
      events: [
        ...(first ? [event('session.acked', {})] : []),
        ...(noted ? [event(`session.${noted.kind}`, noted.what === undefined ? {} : { what: noted.what })] : []),
      ],
      answer: doc,
    };
  });
}

const currentOf = (run: Run | undefined): string =>
  run?.session && run.state !== 'ended' && !run.session.exit ? run.session.id : 'nobody';
