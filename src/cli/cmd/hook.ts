import { callerOf } from '#cli/caller';
import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { isRefusal } from '#core/refusals';
import { shellBlock } from '#core/shell-block';
import { ack } from '#ops/ack';
import { hook as hooked } from '#views/hook';

/** What is on the hook of the session that asks. Asking is also its word that it lives. */
export const hook = command({
  options: [{ name: 'block', help: 'print the sh block that the shell agent runs, and nothing else' }],
  example: 'gt hook',
  run: async ({ opts, global, io }) => {
    const caller = callerOf(io);
    if (isRefusal(caller)) return caller;
    return withDesk({ global, io }, { wait: 'agent', lean: true }, async (town) => {
      const heard = await ack(town.desk, caller);
      if (isRefusal(heard)) return heard;
      town.failpoint('ack');
      const found = await hooked(town.desk.books, caller);
      if (isRefusal(found) || !opts.block) return isRefusal(found) ? found : { ...found, block: null };
      const block = shellBlock(found.id, found.text['description'] ?? '', found.rework !== null);
      return isRefusal(block) ? block : { ...found, block };
    });
  },
  text: (value, { paint }) => {
    if (value.block !== null) return value.block.replace(/\n$/, '');
    const { id, title, rig, branch, attempt, rework, text } = value;
    const again = rework ? [paint.yellow(`It came back: ${rework.why}. The evidence is in $GT_EVIDENCE.`), rework.evidence] : [];
    const parts = Object.entries(text).filter(([field]) => field !== 'report');
    return [
      `${paint.bold(id)} ${title}`,
      `Rig ${rig}, branch ${branch ?? '(not made yet)'}, attempt ${attempt}. When it is committed: gt done`,
      ...again,
      ...parts.map(([field, words]) => (field === 'description' ? words : `${paint.bold(field)}\n${words}`)),
    ].join('\n\n');
  },
});
