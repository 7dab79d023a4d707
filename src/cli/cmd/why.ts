import { command } from '#cli/command';
import { unknownWork } from '#cli/ids';
import { withDesk } from '#cli/wire';
import { factsOf, promptsOf, withSessions } from '#cli/wire-facts';
import { openRigs } from '#cli/wire-rigs';
import { isRefusal } from '#core/refusals';
import { why as asked } from '#views/why';

/** Why something does not move. */
export const why = command({
  args: [
    {
      name: 'about',
      required: true,
      help: 'a work item, a run, a merge request, a step, a molecule, a gate, a rig, or an agent (mayor, rig/name, or a name)',
    },
  ],
  about: 'The reasons in order, each with its evidence and the command that changes it.',
  example: 'gt why sh-4kx',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town) => {
      const facts = await factsOf(town);
      if (isRefusal(facts)) return facts;
      const all = await openRigs(town);
      if (isRefusal(all)) return all;
      const { about } = call.args;
      const { rigs, broken } = all;
      const work = broken.length > 0 ? await town.desk.books.read('work', about) : undefined;
      const wrong = broken.find(({ name }) => name === about || name === work?.rig);
      if (wrong) return wrong.refusal;
      const found = await withSessions(town, (session) =>
        asked(town.desk, { town: facts, rigs, now: call.io.now(), session, prompts: promptsOf(town) }, about),
      );
      return found ?? unknownWork(about, town);
    }),
  text: ({ about, title, reasons }, { paint }) => {
    const head = `${paint.bold(about)}${title ? ` ${title}` : ''}`;
    if (reasons.length === 0) return `${head}\nNothing holds it up.`;
    const lines = reasons.map(({ what, evidence, change }, i) => {
      const todo = change ? `\n   ${paint.cyan(change)}` : '';
      return `${i + 1}. ${what} ${paint.dim(`(${evidence})`)}${todo}`;
    });
    return [head, ...lines].join('\n');
  },
});
