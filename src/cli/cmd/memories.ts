import { command } from '#cli/command';
import { scopesSeen } from '#cli/memory-scope';
import { table } from '#cli/table';
import { withDesk } from '#cli/wire';
import { scopeInWords } from '#core/memory';
import { isRefusal } from '#core/refusals';
import { relativeTime } from '#core/relative-time';
import { memoriesOf } from '#views/memories';

/** What agents are told to remember. */
export const memories = command({
  options: [
    { name: 'rig', value: 'rig', help: 'what is kept for the agents of this rig' },
    { name: 'role', value: 'role', help: 'what is kept for all of a role' },
    { name: 'mine', help: 'what is kept for the agent alone that asks' },
  ],
  about: 'An agent sees what concerns it, a person everything that is kept for the town, its rigs, its roles and its agents.',
  example: 'gt memories --rig shop',
  run: ({ opts, global, io }) =>
    withDesk({ global, io }, { wait: 'person' }, (town) => {
      const scopes = scopesSeen(town, io, opts);
      return isRefusal(scopes) ? scopes : memoriesOf(town.desk.books, scopes === 'all' ? undefined : scopes);
    }),
  text: (kept, { paint, now }) => {
    if (kept.length === 0) return 'Nothing is kept. `gt remember "fact"` keeps something.';
    return table(
      kept.map(({ id, for: scope, key, text, by, at }) => [
        paint.bold(id),
        scopeInWords(scope),
        key ?? '',
        text,
        paint.dim(`${by}, ${relativeTime(at, now)}`),
      ]),
    );
  },
});
