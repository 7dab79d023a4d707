import { freshOne } from '#core/agent-state';
import { contextUsed, isAskedToEnd, isFullAgain } from '#core/cycle';
import { addressOf, type Holder, isAgent, lineOf } from '#core/holder';
import { escalate } from '#ops/escalate';
import { tellMayor } from '#ops/tell-mayor';
import type { World } from '#world/world';
import { changeSession } from './session-changes.ts';

/**
 * What follows when the context of a session is full: a fresh one, at the end of the turn where it is nearly so, at once where nothing goes on any more. But
 * one that has come in the place of a full one, and is as full at once, is left: the next would be no better off.
 */
type Session = NonNullable<Holder['session']>;

/** What a look at a screen tells of it: the share of the context that is used, and the program's words that all of it is. */
export type FullSigns = { readonly context?: string | undefined; readonly full?: string | undefined };

/** Takes up what a program has told by its own hook: that a turn failed since its context is full. */
export async function takeUp(holder: Holder, world: World): Promise<void> {
  const full = holder.session?.noted?.['full'];
  if (full && full.seen === undefined) await goesOnNoMore(holder, full.what ?? 'it does not say why', world);
}

/** Takes up what two looks in a row have seen: what is drawn just then is not believed. */
export async function measure(holder: Holder, now: FullSigns, before: FullSigns | undefined, world: World): Promise<void> {
  if (!before || !holder.session) return;
  if (now.full !== undefined && before.full !== undefined) {
    const recipient = await world.desk.books.read('recipient', lineOf(holder));
    // A turn that its own hook has ended well was none that failed: what stands there its agent has written.
    if (recipient?.idle?.session !== holder.session.id) return goesOnNoMore(holder, now.full, world);
  }
  const used = Math.min(percentOf(now), percentOf(before));
  if (used === 0) return;
  const { cycle } = holder.rig === '' ? world.settings() : world.rig(holder.rig).settings;
  if (cycle.context_percent > 0 && used >= cycle.context_percent) await isNearlyFull(holder, used, world);
}

const percentOf = ({ context }: FullSigns): number => (context === undefined ? 0 : (contextUsed(context) ?? 0));

/** Handed off at the end of its turn. In one that was so full at once that is never asked for: its program makes its conversation shorter by and by. */
async function isNearlyFull(holder: Holder, used: number, world: World): Promise<void> {
  const at = world.desk.clock.now();
  const due = { at, why: `Your context is ${used} % full` };
  const filled = { at, what: `${used} %` };
  const change = (session: Session): Session => {
    if (session.due || session.noted?.['filled'] || isAskedToEnd(holder)) return session;
    const noted = { ...session.noted, filled };
    return isFullAgain(session, at) ? { ...session, noted } : { ...session, noted, due };
  };
  await changeSession(holder, world, holder.session?.id ?? '', change, event(holder, used));
}

async function goesOnNoMore(holder: Holder, what: string, world: World): Promise<void> {
  const { session } = holder;
  if (!session || session.due?.full || session.noted?.['full']?.seen !== undefined || isAskedToEnd(holder)) return;
  const at = world.desk.clock.now();
  const isAgain = !session.due && isFullAgain(session, at);
  if (isAgain) await tellFull(holder, what, world);
  const change = (now: Session): Session => {
    if (now.due?.full) return now;
    const noted = { ...now.noted, full: { at, what, ...now.noted?.['full'], seen: at } };
    return isAgain ? { ...now, noted } : { ...now, noted, due: { at, why: `Your context is full (${what})`, full: true } };
  };
  await changeSession(holder, world, session.id, change, event(holder, 100));
}

const event = ({ session }: Holder, percent: number) =>
  ({ type: 'session.filled', data: { session: session?.id, percent } }) as const;

/** The first words of its sessions are too much for its program: only a person can make them fewer. */
async function tellFull(holder: Holder, what: string, { desk }: World): Promise<void> {
  const address = addressOf(holder);
  const why = `The context of ${address} was full again as soon as a fresh session began (${what}): what it is told first may be too long. Shorten it (\`gt prime ${address}\` shows it), then \`${freshOne(holder)}\``;
  const rig = holder.rig === '' ? {} : { rig: holder.rig };
  const asked = await escalate(desk, { subject: lineOf(holder), cause: 'cycle', why, severity: 'high', ...rig });
  const isMayor = isAgent(holder) && holder.role === 'mayor';
  // Of itself a mayor can be told nothing, least of all then.
  if (!isMayor) await tellMayor(desk, asked, { address, rig: holder.rig, session: holder.session?.id ?? '' });
}
