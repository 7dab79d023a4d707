import { command } from '#cli/command';
import { table } from '#cli/table';
import { nearest, orList } from '#core/nearest';
import { REFUSALS, type RefusalCode, refuse } from '#core/refusals';

/** What one refusal means, or all of them; --markdown prints the manual, docs/refusals.md. */
export const explainCode = command({
  args: [{ name: 'code', help: 'the code of a refusal, as --json shows it' }],
  options: [{ name: 'markdown', help: 'print the manual of all refusals' }],
  about:
    'Words in braces stand for what the refusal was about. Exit codes: 1 refused, 2 usage, 3 not found, 4 conflict, 5 town down, 6 timed out.',
  example: 'gt explain WORK_TAKEN',
  run: ({ args: { code }, opts }) => {
    const all = (Object.keys(REFUSALS) as RefusalCode[]).map((one) => ({ code: one, ...REFUSALS[one] }));
    if (code === undefined) return { refusals: all, as: opts.markdown ? 'manual' : 'list' };
    const found = all.find((one) => one.code === code.toUpperCase());
    if (found) return { refusals: [found], as: 'one' };
    const meant = nearest(code, Object.keys(REFUSALS));
    return refuse('USAGE', {
      what: `There is no refusal \`${code}\`.`,
      hint: `Did you mean ${orList(meant)}? \`gt explain\` lists all.`,
    });
  },
  text: ({ refusals, as }, { paint }) => {
    if (as === 'manual') return manual(refusals);
    if (as === 'list') return table(refusals.map(({ code, exit, says }) => [paint.bold(code), String(exit), says]));
    return refusals.map(({ code, exit, says, try: todo }) => `${paint.bold(code)} (exit ${exit})\n${says}\n${todo}`).join('\n');
  },
});

type Told = { readonly code: string; readonly says: string; readonly try: string; readonly exit: number };

/** docs/refusals.md, without its last line end. */
function manual(refusals: readonly Told[]): string {
  const head = [
    '# What gt refuses',
    'A refusal is an answer: gt did not do it, nothing was changed, and the second line says what to do. `gt explain <CODE>` prints one of these; with',
    '`--json` a refusal carries its code. Words in braces stand for what it was about. Made by `gt explain --markdown`.',
  ];
  const parts = refusals.map(({ code, says, try: todo, exit }) => `## ${code}\n\nExit code ${exit}. ${says}\n\n${todo}`);
  return `${head[0]}\n\n${head[1]}\n${head[2]}\n\n${parts.join('\n\n')}`;
}
