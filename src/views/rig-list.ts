import type { Books } from '#world/store/books';
import type { Rig } from '#world/world';

/** A rig in a list. */
export type RigLine = {
  readonly name: string;
  readonly prefix: string;
  readonly from: string;
  readonly target: string;
  readonly agent: string;
  /** Whether anything is tested before it lands. */
  readonly checks: number;
  /** Open items, live runs, requests that wait to land; null when the books are out of reach. */
  readonly open: number | null;
  readonly polecats: number | null;
  readonly queued: number | null;
};

/** The rigs, with what goes on in each. Three counts a rig. @param books undefined when they are out of reach: the files tell the rest */
export async function rigList(books: Books | undefined, rigs: readonly Rig[]): Promise<RigLine[]> {
  return Promise.all(
    rigs.map(async ({ name, file, target, settings, checks: { commands } }) => {
      const [open, polecats, queued] = books
        ? await Promise.all([
            books.count(`work.open:${name}`),
            books.count(`runs.live:${name}`),
            books.count(`merges.open:${name}`),
          ])
        : [null, null, null];
      return {
        name,
        prefix: file.beads.prefix,
        from: file.git_url,
        target,
        agent: settings.agent,
        checks: commands.length,
        open,
        polecats,
        queued,
      };
    }),
  );
}
