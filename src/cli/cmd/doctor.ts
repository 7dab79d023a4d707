import { doctor as examined } from '#chores/doctor';
import { command } from '#cli/command';
import { table } from '#cli/table';
import { townOf, withDesk } from '#cli/wire';
import { explain, isRefusal } from '#core/refusals';

/** Looks for what is wrong. */
export const doctor = command({
  options: [{ name: 'fix', help: 'mend what can be mended without harm' }],
  about: 'Changes nothing without --fix. Ends with 1 when something is wrong; works without Redis too.',
  example: 'gt doctor --json',
  run: async (call) => {
    const town = townOf(call);
    if (isRefusal(town)) return town;
    const { forDoctor } = await import('#cli/wire-doctor');
    const whole = await withDesk(call, { wait: 'person' }, async (open) => ({
      checks: await examined(await forDoctor(town, open, call.io), call.opts),
    }));
    if (!isRefusal(whole)) return { ...whole, books: 'read' };
    return { checks: await examined(await forDoctor(town, undefined, call.io), call.opts), books: explain(whole).says };
  },
  text: ({ checks, books }, { paint, quiet }) => {
    const shown = quiet ? checks.filter(({ ok }) => !ok) : checks;
    const rows = shown.map(({ id, category, ok, found, mend }) => [
      ok ? paint.green('ok') : paint.red('ill'),
      category,
      id,
      mend === null ? found : `${found}. ${paint.cyan(mend)}`,
    ]);
    const bad = checks.filter(({ ok }) => !ok).length;
    const last = bad === 0 ? 'All is well.' : `${bad} of ${checks.length} need mending.`;
    return [table(rows), ...(books === 'read' ? [] : [paint.yellow(`The books were not looked at: ${books}`)]), last].join('\n');
  },
  exit: ({ checks }) => (checks.every(({ ok }) => ok) ? 0 : 1),
});
