import { isKnown } from '#core/agent-state';
import { isAskedToEnd, isCycling, type PersonFacts } from '#core/cycle';
import { noteText } from '#core/handoff-note';
import { addressOf, type Holder, lineOf } from '#core/holder';
import type { Run } from '#core/records';
import { isRefusal, Refused } from '#core/refusals';
import type { SessionFacts } from '#core/run';
import { escalate } from '#ops/escalate';
import { handOff } from '#ops/hand-off';
import { mailToSelf } from '#ops/mail-to-self';
import { noteFacts } from '#ops/note-facts';
import { tellMayor } from '#ops/tell-mayor';
import type { World } from '#world/world';

/** Parts of the life of a run or lasting agent that are about handing off. */

/** What the host tells of a session, with how its turn stands where somebody waits for its end. */
export async function withTurn(holder: Holder, facts: SessionFacts, world: World): Promise<SessionFacts> {
  const { session } = holder;
  if (facts.is !== 'running' || !session || (!session.due && !isAskedToEnd(holder))) return facts;
  const recipient = await world.desk.books.read('recipient', lineOf(holder));
  const idle = recipient?.idle?.session === session.id ? recipient.idle.at : undefined;
  const overSince = session.shows?.is === 'idle' ? session.shows.since : idle;
  const seen = recipient?.hooked === session.id || showsItsTurn(holder, world);
  const person = await personAt(holder, session.id, world);
  return { ...facts, turn: { seen, ...(overSince === undefined ? {} : { overSince }), ...(person ? { person } : {}) } };
}

/** Whether a person has typed into its terminal, and left it unsent; nobody where the host cannot tell. */
async function personAt(holder: Holder, id: string, { agents, desk, host }: World): Promise<PersonFacts | undefined> {
  try {
    const { typedAt = 0, draft = '', queued } = await host().look(id, agents.preset(holder).screen);
    return typedAt > 0 ? { typedAt, unsent: draft !== '' || queued !== undefined } : undefined;
  } catch (fault) {
    desk.log.info('cannot see who types', { session: id, why: String(fault).slice(0, 200) });
    return undefined;
  }
}

/** Whether its screen shows that a turn is over; one whose program is defined no more must still be ended. */
function showsItsTurn(holder: Holder, { agents }: World): boolean {
  try {
    return isKnown(agents.preset(holder).screen);
  } catch {
    return false;
  }
}

/** Hands a session off with what gt sees, since its agent left no note. */
export async function handOffByGt(holder: Holder, why: string, { desk, git }: World): Promise<undefined> {
  const { session } = holder;
  if (!session) return;
  const collected = await noteFacts(desk, git, holder);
  const head = { address: addressOf(holder), session: session.id, by: 'gt', at: desk.clock.now(), why };
  const note = noteText(head, {}, collected);
  const done = await handOff(desk, { holder: holder.id, session: session.id, note, why, by: 'gt' });
  // It has ended meanwhile, or was handed in: the next look sees that.
  if (!isRefusal(done)) await mailToSelf(desk, holder, { session: session.id, note });
  else if (done.refused !== 'SESSION_STALE') throw new Refused(done);
}

/** Whether what a session left uncommitted is what the one before it had left. */
export async function isAsBefore(run: Run, kept: string, { git, rig }: World): Promise<boolean> {
  const { repo } = rig(run.rig);
  const before = await git.resolve(repo, `refs/gt/snap/${run.work}/${run.id}-${run.snapshots}`);
  return before !== undefined && (await git.treeOf(repo, before)) === (await git.treeOf(repo, kept));
}

/** A session was handed off, and the one after it has ended without a word: a person and the mayor have to know. */
export async function tellNoStart(run: Run, { desk }: World): Promise<void> {
  const { cycle, session } = run;
  if (!cycle || !session || isCycling(run) || session.ackedAt !== undefined) return;
  const why = `${run.rig}/${run.name} was handed off (${cycle.why}), and its next session ended without a word. Its note: \`gt resume ${run.rig}/${run.name}\``;
  const asked = await escalate(desk, { subject: run.work, cause: 'cycle', why, severity: 'high', rig: run.rig });
  await tellMayor(desk, asked, { address: addressOf(run), rig: run.rig, session: session.id });
}

/** What is said of a holder that was handed off, and that no session could follow. */
export const noNextWords = (holder: Holder, why: string): string =>
  `${addressOf(holder)} was handed off (${holder.cycle?.why ?? ''}), and no session could follow it: ${why}`;
