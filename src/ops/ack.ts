import { type NewEvent, type Put, unchanged } from '#core/change';
import { heard, type Told } from '#core/conversation';
import { addressOf, type Holder, holderNoun, isAgent, isCurrent, lineOf, stale } from '#core/holder';
import type { Run, Work } from '#core/records';
import type { Refusal } from '#core/refusals';
import { answered, escalationId } from '#core/work';
import type { Desk } from '#world/desk';

/** Who calls, from a session's token: `run` is the holder of the session, a run or a lasting agent. */
export type Caller = { readonly session: string; readonly run: string; readonly token: string };

/**
 * A session's call: its agent lives, and has the work, and what waits to be said to it looks again; `told` is what else it tells of itself (of a start alone
 * only that is kept). Asking again changes nothing.
 * @returns the run or lasting agent; SESSION_STALE or TOKEN_UNKNOWN for any but its session of now
 */
export async function ack(desk: Desk, { session: id, run: whose, token }: Caller, told: Told = {}): Promise<Holder | Refusal> {
  return desk.change(async (reading) => {
    const holder: Holder | undefined = await reading.get(holderNoun(whose), whose);
    if (!holder || !isCurrent(holder, token) || !holder.session) return stale(holder, id);
    const now = desk.clock.now();
    const { session } = holder;
    const after = heard(session, told, now);
    if (after === session) return unchanged(holder);
    const first = session.ackedAt === undefined && after.ackedAt !== undefined;
    const answers = first && isAnswer(holder, after.id);
    const failed = answers ? await reading.get('escalation', escalationId(lineOf(holder), 'cycle')) : undefined;
    const line = first ? await reading.get('recipient', lineOf(holder)) : undefined;
    const doc = first ? saidHello(holder, after) : { ...holder, session: after };
    const put: Put[] = [putOf(doc)];
    if (first && !isAgent(holder)) put.push(...taken(await reading.get('work', holder.work), holder, now));
    if (failed && failed.state !== 'closed') put.push({ noun: 'escalation', doc: answered(failed, now) });
    if (line && line.line.length > 0) put.push({ noun: 'recipient', doc: { ...line, session: id } });
    const about = isAgent(holder) ? { agent: addressOf(holder) } : { work: holder.work, run: whose };
    const event = (type: NewEvent['type'], data: object): NewEvent => ({
      type,
      subject: id,
      ...(holder.rig === '' ? {} : { rig: holder.rig }),
      data: { ...about, ...data },
    });
    const { noted } = told;
    return {
      put,
      events: [
        ...(first ? [event('session.acked', {})] : []),
        ...(answers ? [event('session.cycled', { from: holder.cycle?.session, why: holder.cycle?.why })] : []),
        ...(noted ? [event(`session.${noted.kind}`, noted.what === undefined ? {} : { what: noted.what })] : []),
      ],
      answer: doc,
    };
  });
}

/** Whether a session that says hello is the fresh one that was asked for. */
const isAnswer = ({ cycle }: Holder, session: string): boolean => cycle !== undefined && cycle.session !== session;

/** A session that says hello has read what the one before left for it, and is the answer to a request for a fresh one. */
function saidHello(holder: Holder, session: NonNullable<Holder['session']>): Holder {
  const { cycle: _, ...rest } = holder;
  const { note } = holder;
  const known = isAnswer(holder, session.id) ? rest : holder;
  return {
    ...known,
    ...(note && note.read === undefined && note.session !== session.id ? { note: { ...note, read: session.id } } : {}),
    session,
  } as Holder;
}

const putOf = (holder: Holder): Put => (isAgent(holder) ? { noun: 'agent', doc: holder } : { noun: 'run', doc: holder });

function taken(work: Work | undefined, run: Run, now: number): Put[] {
  if (work?.status !== 'hooked' || work.run !== run.id) return [];
  return [{ noun: 'work', doc: { ...work, status: 'in_progress', updatedAt: now } }];
}
