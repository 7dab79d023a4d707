import { type Answered, answerIt } from '#cli/answering';
import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { refuse } from '#core/refusals';

/** Answers what waits for a person. */
export const answer = command({
  args: [
    {
      name: 'id',
      required: true,
      help: 'a question, a gate, a failed step; or the work item or agent whose only question it is',
    },
    {
      name: 'words',
      many: true,
      help: 'the number of a choice, or words; of a gate approve or deny <why>; of a step retry or skip <why>',
    },
  ],
  about:
    'A question is answered once, and its asker goes on: told through its hooks or at its prompt, in its next session if this one is over. A choice in a dialog ' +
    'is typed into its terminal, if that very dialog is still there.',
  example: 'gt answer qn-4kx8e 2',
  run: ({ args, global, io }) => {
    const words = args.words.join(' ').trim();
    if (words === '')
      return refuse('USAGE', {
        what: 'There is no answer.',
        hint: `Say the number of a choice, or words: \`gt answer ${args.id} 1\`.`,
      });
    return withDesk({ global, io }, { wait: 'person' }, (town) => answerIt(town, io, { id: args.id, words }));
  },
  text: ({ id, says, running }: Answered, { paint }) =>
    `${paint.bold(id)} ${says}${running ? '' : `\n${paint.yellow('The town is not running: nobody is told before `gt up`.')}`}`,
});
