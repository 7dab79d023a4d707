import { type Holder, holderNoun, isAgent, isOver } from '#core/holder';
import { parentOf, parts } from '#core/ids';
import { type AskerFacts, nextForQuestion, over, questionJob } from '#core/question';
import type { Escalation } from '#core/records';
import { isRefusal, orThrow, Refused } from '#core/refusals';
import { expire, tell } from '#ops/end-question';
import { holderOf, holderOfLine } from '#ops/holder-of';
import { failpoint } from '#world/failpoint';
import type { DialogResult } from '#world/pty/dialog/asked';
import type { World } from '#world/world';
import { doneChildless, type Processor, sleep } from './answer.ts';
import { refusalOf } from './at-terminal.ts';
import { excerpt, noteShown, putOf } from './dialog-question.ts';

/** Until an answer is put into a line again that was full, ms. */
const LINE_FULL_MS = 30_000;

/**
 * A question of an agent: parked until a person has answered it, or its time is over; then its asker is told, or the answer is typed into the dialog that
 * asked. All that was said stands in its record before anything is done with it.
 */
export const escalations: Processor<'escalations', World> = async (turn, world) => {
  const { desk } = world;
  for (let { doc } = turn; ; { doc } = await turn.again()) {
    if (!doc) return doneChildless('gone');
    turn.signal.throwIfAborted();
    if (doc.asker && questionJob(doc) !== parts(turn.member).jobId) return doneChildless('asked anew');
    const move = nextForQuestion(doc, await factsOf(doc, world), desk.clock.now());
    switch (move.do) {
      case 'end':
        return doneChildless(doc.ended ?? doc.state);
      case 'wait':
        return sleep(move.until, move.why);
      case 'look':
        await lookAt(doc, world);
        break;
      case 'expire':
        orThrow(await expire(desk, doc.id));
        break;
      case 'tell':
        if (orThrow(await tell(desk, doc.id)) === 'later')
          return sleep(desk.clock.now() + LINE_FULL_MS, 'as much as may be waits for its asker');
        break;
      case 'gone':
        await write(doc, world, (now, at) => over(now, 'elsewhere', 'gt', move.why, at));
        break;
      case 'type':
        await turn.show('its answer is typed');
        await typed(doc, world);
        break;
      default:
        move satisfies never;
    }
  }
};

async function factsOf({ asker }: Escalation, { desk: { books } }: World): Promise<AskerFacts> {
  if (!asker) return { over: false, present: false, shows: undefined };
  const { holder, over: nobody } = await holderOfLine(books, asker.line);
  // The run of an item that has landed is there for as long as its agent leaves: that wakes no question any more.
  const landed = holder && !isAgent(holder) && (await books.read('work', asker.line))?.status === 'closed';
  const { session } = holder ?? {};
  const present = holder !== undefined && !isOver(holder) && session?.id === asker.session && session?.exit === undefined;
  return { over: nobody || landed === true, present, shows: present ? session?.shows?.question : undefined };
}

/** What its asker's screen shows beside the question: for people, and worth no more than one look. */
async function lookAt(doc: Escalation, world: World): Promise<void> {
  const session = doc.asker?.session ?? '';
  const host = world.host();
  const holder = await holderOf(world.desk.books, parentOf(session));
  let screen = '';
  try {
    if (holder && host.features.has('dialog'))
      screen = excerpt((await host.readDialog(session, world.agents.preset(holder).screen)).screen);
  } catch (fault) {
    if (refusalOf(fault) === undefined) throw fault;
  }
  await write(doc, world, (now) => ({ ...now, screen }));
}

/** Lets the host make the choice, in that dialog alone, and writes what came of it. */
async function typed(doc: Escalation, world: World): Promise<void> {
  failpoint('answer-typing');
  const result = await choose(doc, world);
  failpoint('answer-typed');
  const { outcome, why, seen } = result;
  const by = doc.answer?.by ?? '?';
  await write(doc, world, (now, at) => {
    if (outcome === 'answered') return over(now, 'answered', by, 'answered', at);
    const { answer: _, ...rest } = now;
    if (outcome === 'stays') return { ...rest, tries: (now.tries ?? 0) + 1, failed: why };
    return over(rest, 'elsewhere', 'gt', `${why}, before the answer of ${by} came`, at);
  });
  if (outcome !== 'other' || !seen) return;
  // What asks now is another question: its answer is another, too.
  const session = doc.asker?.session ?? '';
  const holder = await holderOf(world.desk.books, parentOf(session));
  const { dialog } = seen;
  const about = dialog ? { kind: dialog.kind, enter: dialog.enter } : {};
  const shows = { is: 'dialog' as const, what: seen.why.slice(0, 200), ...about, dialog: seen.id, since: world.desk.clock.now() };
  if (holder) await noteShown(holder, world, session, shows, seen);
}

async function choose(doc: Escalation, world: World): Promise<DialogResult> {
  const { answer, asker, dialog, tries = 0 } = doc;
  const host = world.host();
  const session = asker?.session ?? '';
  const none = { pressed: false } as const;
  const holder = await holderOf(world.desk.books, parentOf(session));
  if (!holder) return { outcome: 'gone', why: 'its run is gone', ...none };
  if (!host.features.has('dialog'))
    return { outcome: 'stays', why: 'the PTY host of now cannot answer dialogs: `gt up` renews it', ...none };
  const { screen } = world.agents.preset(holder);
  const asked = {
    answer: `${questionJob(doc)}.${tries}`,
    id: session,
    dialog: dialog?.id ?? '',
    choice: answer?.choice ?? 0,
    ...(answer?.choice === undefined && { text: answer?.text ?? '' }),
    screen,
  };
  try {
    return await host.answerDialog(asked);
  } catch (fault) {
    const code = refusalOf(fault);
    if (code === 'PTY_GONE' || code === 'SESSION_UNKNOWN') return { outcome: 'gone', why: 'its session has ended', ...none };
    if (code === 'NUDGES_FULL' || code === 'BAD_REQUEST')
      return { outcome: 'stays', why: String((fault as Error).message), ...none };
    throw fault;
  }
}

/** Changes the question, unless it is another one now. One that has ended leaves its session's record, too. */
async function write(doc: Escalation, world: World, change: (now: Escalation, at: number) => Escalation): Promise<void> {
  const { desk } = world;
  const whose = doc.asker?.session === undefined ? '' : parentOf(doc.asker.session);
  const answer = await desk.change(async (reading) => {
    const known = await reading.get('escalation', doc.id);
    if (!known || known.state === 'closed' || questionJob(known) !== questionJob(doc)) return { put: [], answer: undefined };
    const next = change(known, desk.clock.now());
    const holder: Holder | undefined =
      next.state === 'closed' && doc.dialog ? await reading.get(holderNoun(whose), whose) : undefined;
    const shown = holder?.session?.shows?.question === questionJob(doc) ? holder : undefined;
    const { rig, failed, ended, reason } = next;
    const at = { subject: doc.id, ...(rig ? { rig } : {}) };
    const isFailed = failed !== undefined && next.tries !== known.tries;
    return {
      put: [{ noun: 'escalation', doc: next }, ...(shown ? [putOf(shown, undefined, desk.clock.now())] : [])],
      events: [
        ...(ended && next.state === 'closed' ? [{ type: 'question.ended' as const, ...at, data: { ended, reason } }] : []),
        ...(isFailed ? [{ type: 'question.answer_failed' as const, ...at, data: { why: failed.slice(0, 300) } }] : []),
      ],
      answer: undefined,
    };
  });
  if (isRefusal(answer)) throw new Refused(answer);
}
