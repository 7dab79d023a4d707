import { command } from '#cli/command';
import { checkGates } from '#cli/gate-checking';
import { limitOf } from '#cli/gating';
import { withDesk } from '#cli/wire';
import { isRefusal } from '#core/refusals';

const LIMIT = 100;

/** Looks at all gates now. */
export const gateCheck = command({
  options: [
    { name: 'type', short: 't', value: 'type', help: 'of one type (gh: both of its kinds)' },
    { name: 'limit', short: 'l', value: 'count', help: `at most so many (default ${LIMIT})` },
    { name: 'dry-run', help: 'only count what would be looked at' },
    { name: 'escalate', short: 'e', help: 'make the questions urgent that they have asked' },
  ],
  about:
    'The worker looks by itself: a timer when it is due, files after 15 s to a minute, programs and GitHub after 30 s to 5 min. This makes it look at once.',
  example: 'gt gate check --type gh',
  run: ({ opts, global, io }) => {
    const limit = limitOf(opts.limit, LIMIT);
    if (isRefusal(limit)) return limit;
    const wish = { type: opts.type, limit, dryRun: opts['dry-run'], escalate: opts.escalate };
    return withDesk({ global, io }, { wait: 'person' }, (town) => checkGates(town, wish, io));
  },
  text: ({ checked, resolved, escalated, errors, dry_run }) =>
    dry_run
      ? `${checked} would be looked at`
      : `${checked} looked at: ${resolved} opened, ${escalated} asked a person${errors > 0 ? `, ${errors} could not be looked at` : ''}`,
});
