import { type Collected, collectedText, noteText, type Said } from '#core/handoff-note';
import { addressOf, type Holder, isAgent, lineOf, stale } from '#core/holder';
import { isRefusal, type Refusal } from '#core/refusals';
import type { Caller } from '#ops/ack';
import { type HandedOff, handOff } from '#ops/hand-off';
import { mailToSelf } from '#ops/mail-to-self';
import { noteFacts } from '#ops/note-facts';
import type { Desk } from '#world/desk';
import type { Git } from '#world/git/git';
import type { Rig } from '#world/world';

/** What a handoff needs of the world. */
export type HandOffGround = {
  readonly desk: Desk;
  readonly git: Git;
  readonly rig: (name: string) => Promise<Rig | Refusal>;
  readonly failpoint: (name: string) => void;
};

export type HandOffAsk = {
  readonly holder: Holder;
  /** The session, if it asks itself. */
  readonly caller?: Caller | undefined;
  readonly said: Said;
  readonly shutdown: boolean;
  readonly now: boolean;
};

/** What gt sees of a holder, as data and as its part of a note. */
export async function collect(
  { desk, git }: Pick<HandOffGround, 'desk' | 'git'>,
  holder: Holder,
): Promise<Collected & { text: string }> {
  const collected = await noteFacts(desk, git, holder);
  return { ...collected, text: collectedText(collected) };
}

/**
 * Hands a session off: what is not committed is kept in a ref first, then the note is written and the session asked to make room. Asked again it answers as
 * before. SESSION_STALE when there is no session to hand off.
 */
export async function handOver(
  ground: HandOffGround,
  { holder, caller, said, shutdown, now }: HandOffAsk,
): Promise<HandedOff | Refusal> {
  const { desk, git } = ground;
  const { session } = holder;
  if (!session || session.exit) return stale(holder, caller?.session ?? session?.id ?? holder.id);
  const snapshot = await keep(ground, holder);
  if (isRefusal(snapshot)) return snapshot;
  ground.failpoint('handoff-kept');
  const collected = await noteFacts(desk, git, holder);
  const by = caller ? session.id : desk.actor;
  const why = caller ? 'asked by itself' : `asked by ${desk.actor}`;
  const address = addressOf(holder);
  const note = noteText({ address, session: session.id, by, at: desk.clock.now(), why, snapshot }, said, collected);
  const handed = await handOff(desk, { holder: holder.id, caller, session: session.id, note, why, shutdown, now, snapshot });
  if (isRefusal(handed) || handed.does === 'late') return handed;
  ground.failpoint('handoff');
  await mailToSelf(desk, holder, { session: session.id, subject: said.subject, note });
  return handed;
}

/** Keeps what is not committed in its worktree; undefined for a clean one, and for an agent without one of the rig's. */
async function keep({ git, rig: open }: HandOffGround, holder: Holder): Promise<string | undefined | Refusal> {
  if (isAgent(holder) || holder.dir === '') return undefined;
  const rig = await open(holder.rig);
  if (isRefusal(rig)) return rig;
  const { id = '' } = holder.session ?? {};
  return git.snapshot({
    repo: rig.repo,
    dir: holder.dir,
    ref: `refs/gt/snap/${lineOf(holder)}/${id}-handoff`,
    message: `uncommitted work of ${id}, as it was handed off`,
  });
}
