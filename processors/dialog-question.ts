import { agentState, type Shown } from '#core/agent-state';
import { addressOf, type Holder, holderNoun, isAgent, isOver, lineOf } from '#core/holder';
import { SCREEN_BYTES } from '#core/limits';
import { oneLine } from '#core/nudge-text';
import { asked, questionId, questionJob } from '#core/question';
import type { Escalation } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import type { DialogSeen } from '#world/pty/dialog/asked';
import type { Host } from '#world/pty/host';
import type { Reading } from '#world/store/books';
import type { World } from '#world/world';

type Session = NonNullable<Holder['session']>;
type Shows = NonNullable<Session['shows']>;

/** What asks in its screen, without secrets; undefined from a host that cannot tell. */
export async function readDialog(host: Host, session: string, screen: object): Promise<DialogSeen | undefined> {
  return host.features.has('dialog') ? host.readDialog(session, screen) : undefined;
}

/** The last rows that say something, as many as a record keeps. */
export function excerpt(screen: string): string {
  const rows = screen.split('\n').map((row) => row.trimEnd());
  const text = rows
    .filter((row, at) => row !== '' || rows[at - 1] !== '')
    .join('\n')
    .trim();
  return text.length > SCREEN_BYTES ? text.slice(-SCREEN_BYTES) : text;
}

/**
 * Writes down what a session's screen shows, and asks a person about what only a person can answer: one question for a dialog's words, which ends when its
 * session shows it no more.
 */
export async function noteShown(
  { id: whose }: Holder,
  world: World,
  session: string,
  shows: Shows | undefined,
  seen?: DialogSeen,
): Promise<undefined> {
  const { desk } = world;
  const answer = await desk.change(async (reading) => {
    const now: Holder | undefined = await reading.get(holderNoun(whose), whose);
    if (!now || isOver(now) || now.session?.id !== session || now.session.exit) return { put: [], answer: undefined };
    const about = shows && { ...now, session: { ...now.session, shows } };
    const question = about && asks(shows) ? await questionOf(reading, about, seen, desk.clock.now()) : undefined;
    const kept = shows && { ...shows, ...(question && { question: questionJob(question.doc) }) };
    const rig = now.rig === '' ? {} : { rig: now.rig };
    const news = question?.isNew
      ? [{ type: 'question.asked' as const, subject: question.doc.id, ...rig, data: toldOf(question.doc) }]
      : [];
    const blocked = question
      ? [{ type: 'session.blocked' as const, subject: whose, ...rig, data: { session, by: shows?.is } }]
      : [];
    return {
      put: [putOf(now, kept, desk.clock.now()), ...(question ? [{ noun: 'escalation' as const, doc: question.doc }] : [])],
      events: [...news, ...blocked],
      answer: undefined,
    };
  });
  if (isRefusal(answer)) throw new Refused(answer);
}

const asks = ({ is }: Pick<Shown, 'is'>): boolean => is === 'dialog' || is === 'login';

const toldOf = ({ severity, why, asker }: Escalation) => ({ by: asker?.address, severity, why: why.slice(0, 300), count: 1 });

/** The holder with what its session shows now. That it asked a person before it was heard is kept: only from then on it can say hello. */
export function putOf(holder: Holder, shows: Shows | undefined, now: number) {
  const { shows: before, ...rest } = holder.session as Session;
  const askedUntil = rest.ackedAt === undefined && before && asks(before) ? { askedUntil: now } : {};
  const session = { ...rest, ...askedUntil, ...(shows && { shows }) } as Session;
  return isAgent(holder)
    ? { noun: 'agent' as const, doc: { ...holder, session } }
    : { noun: 'run' as const, doc: { ...holder, session } };
}

/** The question about what this holder's session shows. */
async function questionOf(
  reading: Reading,
  holder: Holder,
  seen: DialogSeen | undefined,
  now: number,
): Promise<{ doc: Escalation; isNew: boolean }> {
  const { id: session, shows } = holder.session as Session;
  const isLogin = shows?.is === 'login' || shows?.kind === 'login';
  const dialog = seen?.id ?? shows?.dialog ?? '';
  const id = questionId(session, isLogin ? 'login' : dialog);
  const known = await reading.get('escalation', id);
  if (known && known.state !== 'closed') return { doc: known, isNew: false };
  const address = addressOf(holder);
  const choices = isLogin ? [] : (seen?.choices ?? []);
  const words = !isLogin && choices.length === 0 && seen?.waits === true;
  const todo = choices.length > 0 || words ? undefined : (agentState(holder, {}).todo ?? `gt attach ${address}`);
  const what = isLogin ? shows?.what : seen?.asks ? `${shows?.what}: ${seen.asks}` : shows?.what;
  const work = isAgent(holder) ? {} : { work: holder.work };
  const doc = asked(
    known,
    {
      id,
      subject: lineOf(holder),
      cause: isLogin ? 'login' : 'dialog',
      why: oneLine(what ?? 'its program asks something').slice(0, 500),
      severity: 'high',
      asker: { address, session, line: lineOf(holder) },
      ...(holder.rig === '' ? {} : { rig: holder.rig }),
      ...work,
      ...(choices.length > 0 && { choices: [...choices] }),
      ...(seen && { screen: excerpt(seen.screen) }),
      dialog: {
        id: dialog,
        name: isLogin ? 'login' : (seen?.dialog?.name ?? 'unknown'),
        ...(shows?.kind && { kind: shows.kind }),
        ...(shows?.enter && { enter: shows.enter }),
        ...(words && { words }),
        ...(todo && { todo }),
      },
    },
    now,
  );
  return { doc, isNew: true };
}
