import { isKnown, type Shown, showsOf } from '#core/agent-state';
import { isAskedToEnd } from '#core/cycle';
import { readDialog as dialogIn } from '#core/dialog';
import type { Holder } from '#core/holder';
import { RENEW_MS } from '#core/limits';
import type { Preset } from '#core/preset';
import type { DialogSeen } from '#world/pty/dialog/asked';
import type { Looked } from '#world/pty/nudge/asked';
import type { World } from '#world/world';
import { noteShown, readDialog } from './dialog-question.ts';
import { type FullSigns, measure, takeUp } from './fullness.ts';

type Seen = {
  readonly seq: number;
  readonly screen: Preset['screen'];
  readonly shown: Shown | undefined;
  readonly signs: FullSigns;
};
type Look = Seen & { readonly session: string; readonly at: number; readonly since: number };

/** Until the second look at a dialog: those that come and go are gone by then. */
export const AGAIN_MS = 3_000;
/** Characters of a fault that are logged. */
const LONGEST = 200;

/**
 * Looks at the screen of a session, as often as its holder's job renews its lock (at a dialog or a limit sooner once more, and sooner while somebody has asked that it ends) and only after something was printed, and writes down what a person should
 * know of it: that it asks, is limited, or rests. Told when two looks in a row say so, since dialogs also come and go; taken back at once.
 */
export class Eyes {
  readonly #world: World;
  #last: Look | undefined;
  #due = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** When it looks next (ms), if something is printed by then or was not told yet. */
  get due(): number {
    return this.#due;
  }

  async look(holder: Holder): Promise<void> {
    const id = holder.session?.id ?? '';
    const now = this.#world.desk.clock.now();
    const last = this.#last?.session === id ? this.#last : undefined;
    await takeUp(holder, this.#world);
    // Somebody waits for the end of its turn, which is to be seen twice.
    const everyMs = isAskedToEnd(holder) ? AGAIN_MS : RENEW_MS;
    if (last) this.#due = Math.min(this.#due, last.at + everyMs);
    if (last && now < this.#due) return;
    this.#due = now + everyMs;
    const seen = await this.#see(holder, id, last);
    if (!seen) return;
    const { shown } = seen;
    const again = last !== undefined && last.shown?.is === shown?.is && last.shown?.dialog === shown?.dialog;
    const since = again ? last.since : now;
    this.#last = { ...seen, session: id, at: now, since };
    await measure(holder, seen.signs, last?.signs, this.#world);
    const kept = holder.session?.shows;
    const isKept =
      kept?.is === shown?.is && (shown?.is !== 'dialog' || (kept?.what === shown.what && kept.dialog === shown.dialog));
    // What may need a person is looked at once more before long.
    if (!isKept && !again && (shown?.is === 'dialog' || shown?.is === 'limited' || seen.signs.full)) this.#due = now + AGAIN_MS;
    if (isKept || (shown && !again)) return;
    await this.#keep(holder, seen, shown && { ...shown, since });
  }

  /** Whatever goes wrong here is nothing to the run: a host of before, settings that are just edited, a session that has just ended. */
  async #see(holder: Holder, id: string, last: Look | undefined): Promise<Seen | undefined> {
    const { desk, agents } = this.#world;
    const host = this.#world.host();
    if (!host.features.has('nudge')) return undefined;
    try {
      const info = await host.get(id);
      if (info?.state !== 'running') return undefined;
      const { seq } = info;
      // A screen that nobody looks at sleeps: it is woken only to see something new.
      if (seq === last?.seq) return last;
      const screen = last?.screen ?? agents.preset(holder).screen;
      const looked = isKnown(screen) ? await host.look(id, screen) : undefined;
      return { seq, screen, shown: looked && shownOf(looked), signs: fullSigns(looked) };
    } catch (fault) {
      desk.log.info('cannot see a screen', { session: id, why: String(fault).slice(0, LONGEST) });
      return undefined;
    }
  }

  /** What asks is news, and a question to a person; that a prompt is ready again is not. */
  async #keep(holder: Holder, { screen }: Seen, shows: (Shown & { since: number }) | undefined): Promise<void> {
    const id = holder.session?.id ?? '';
    const asks = shows?.is === 'dialog' || shows?.is === 'login';
    const seen = asks ? await this.#read(id, screen) : undefined;
    // It cannot be read now, or has just changed once more: the next look tells.
    if (seen === 'unread' || (shows?.is === 'dialog' && seen && (seen.state !== 'dialog' || seen.id !== shows.dialog))) return;
    await noteShown(holder, this.#world, id, shows, seen);
  }

  async #read(id: string, screen: Preset['screen']): Promise<DialogSeen | 'unread' | undefined> {
    try {
      return await readDialog(this.#world.host(), id, screen);
    } catch (fault) {
      this.#world.desk.log.info('cannot read a dialog', { session: id, why: String(fault).slice(0, LONGEST) });
      return 'unread';
    }
  }
}

/** How full its context is, by its screen; in a dialog nothing is known of that. */
const fullSigns = (looked: Looked | undefined): FullSigns =>
  looked?.state === 'dialog' ? {} : { context: looked?.context, full: looked?.state === 'idle' ? looked.full : undefined };

/** What of a screen is kept, and which dialog it is. */
function shownOf(looked: Looked): Shown | undefined {
  const shown = showsOf(looked);
  if (shown?.is !== 'dialog') return shown;
  return { ...shown, dialog: dialogIn((looked.screen ?? '').split('\n'), looked).id };
}
