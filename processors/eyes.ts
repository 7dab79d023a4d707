import { isKnown, type Shown, showsOf } from '#core/agent-state';
import type { Holder } from '#core/holder';
import { RENEW_MS } from '#core/limits';
import type { Preset } from '#core/preset';
import type { World } from '#world/world';
import { changeSession } from './session-changes.ts';

type Seen = { readonly seq: number; readonly screen: Preset['screen']; readonly shown: Shown | undefined };
type Look = Seen & { readonly session: string; readonly at: number; readonly since: number };

/** Characters of a fault that are logged. */
const LONGEST = 200;

/**
 * Looks at the screen of a session, as often as its holder's job renews its lock and only after something was printed, and writes down what a person should
 * know of it: that it asks, is limited, or rests. Told when two looks in a row say so, since dialogs also come and go; taken back at once.
 */
export class Eyes {
  readonly #world: World;
  #last: Look | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  async look(holder: Holder): Promise<void> {
    const id = holder.session?.id ?? '';
    const now = this.#world.desk.clock.now();
    const last = this.#last?.session === id ? this.#last : undefined;
    if (last && now - last.at < RENEW_MS) return;
    const seen = await this.#see(holder, id, last);
    if (!seen) return;
    const { shown } = seen;
    const again = last !== undefined && last.shown?.is === shown?.is;
    const since = again ? last.since : now;
    this.#last = { ...seen, session: id, at: now, since };
    const kept = holder.session?.shows;
    const isKept = kept?.is === shown?.is && (shown?.is !== 'dialog' || kept?.what === shown.what);
    if (isKept || (shown && !again)) return;
    await this.#keep(holder, id, shown && { ...shown, since });
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
      return { seq, screen, shown: isKnown(screen) ? showsOf(await host.look(id, screen)) : undefined };
    } catch (fault) {
      desk.log.info('cannot see a screen', { session: id, why: String(fault).slice(0, LONGEST) });
      return undefined;
    }
  }

  #keep(holder: Holder, id: string, shows: (Shown & { since: number }) | undefined): Promise<undefined> {
    const change = (session: NonNullable<Holder['session']>) => {
      const { shows: _, ...rest } = session;
      return { ...rest, ...(shows && { shows }) } as typeof session;
    };
    // What asks is news; that a prompt is ready again is not.
    const asks = shows?.is === 'dialog' || shows?.is === 'login';
    return changeSession(
      holder,
      this.#world,
      id,
      change,
      asks ? { type: 'session.blocked', data: { session: id, by: shows.is } } : undefined,
    );
  }
}
