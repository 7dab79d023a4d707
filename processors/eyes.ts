import { isKnown, type Shown, showsOf } from '#core/agent-state';
import { RENEW_MS } from '#core/limits';
import type { Preset } from '#core/preset';
import type { Run } from '#core/records';
import type { World } from '#world/world';
import { changeRun } from './worktree.ts';

type Seen = { readonly seq: number; readonly screen: Preset['screen']; readonly shown: Shown | undefined };
type Look = Seen & { readonly session: string; readonly at: number; readonly since: number };

/** Characters of a fault that are logged. */
const LONGEST = 200;

/**
 * Looks at the screen of a run's session, as often as the run renews its lock and only after something was printed, and writes down what a person should
 * know of it: that it asks, is limited, or rests. Told when two looks in a row say so, since dialogs also come and go; taken back at once.
 */
export class Eyes {
  readonly #world: World;
  #last: Look | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  async look(run: Run): Promise<void> {
    const id = run.session?.id ?? '';
    const now = this.#world.desk.clock.now();
    const last = this.#last?.session === id ? this.#last : undefined;
    if (last && now - last.at < RENEW_MS) return;
    const seen = await this.#see(run, id, last);
    if (!seen) return;
    const { shown } = seen;
    const again = last !== undefined && last.shown?.is === shown?.is;
    const since = again ? last.since : now;
    this.#last = { ...seen, session: id, at: now, since };
    const kept = run.session?.shows;
    const isKept = kept?.is === shown?.is && (shown?.is !== 'dialog' || kept?.what === shown.what);
    if (isKept || (shown && !again)) return;
    await this.#keep(run, id, shown && { ...shown, since });
  }

  /** Whatever goes wrong here is nothing to the run: a host of before, settings that are just edited, a session that has just ended. */
  async #see(run: Run, id: string, last: Look | undefined): Promise<Seen | undefined> {
    const { desk, agents, rig } = this.#world;
    const host = this.#world.host();
    if (!host.features.has('nudge')) return undefined;
    try {
      const info = await host.get(id);
      if (info?.state !== 'running') return undefined;
      const { seq } = info;
      // A screen that nobody looks at sleeps: it is woken only to see something new.
      if (seq === last?.seq) return last;
      const screen = last?.screen ?? agents.preset(run, rig(run.rig)).screen;
      return { seq, screen, shown: isKnown(screen) ? showsOf(await host.look(id, screen)) : undefined };
    } catch (fault) {
      desk.log.info('cannot see a screen', { session: id, why: String(fault).slice(0, LONGEST) });
      return undefined;
    }
  }

  #keep(run: Run, id: string, shows: (Shown & { since: number }) | undefined): Promise<undefined> {
    const change = (doc: Run): Run => {
      if (doc.session?.id !== id) return doc;
      const { shows: _, ...session } = doc.session;
      return { ...doc, session: { ...session, ...(shows && { shows }) } as Run['session'] };
    };
    // What asks is news; that a prompt is ready again is not.
    const asks = shows?.is === 'dialog' || shows?.is === 'login';
    return changeRun(
      run,
      this.#world,
      change,
      asks ? { type: 'session.blocked', data: { session: id, by: shows.is } } : undefined,
    );
  }
}
