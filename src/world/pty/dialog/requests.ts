/** What a client may ask about dialogs. */
import { bad, idOf, numberOf, textOf } from '#world/pty/request-args';
import type { Request } from '#world/pty/requests';

const ANSWER_ID = /^[A-Za-z0-9][A-Za-z0-9._@:-]{0,99}$/;
const DIALOG_ID = /^[a-z0-9]{1,40}$/;
const CHOICES = 99;

function named(value: unknown, name: string, form: RegExp): string {
  const text = textOf(value, name);
  if (!form.test(text)) throw bad(`\`${name}\` is no id: ${text.slice(0, 120)}`);
  return text;
}

/** Requests of the feature `dialog`. */
export const DIALOG_REQUESTS: Readonly<Record<string, Request>> = {
  'dialog-read': { right: 'read', run: (args, { dialogs }) => dialogs.read(idOf(args), args['screen'] ?? {}) },
  'dialog-answer': {
    right: 'change',
    run: (args, { dialogs }) => {
      const { screen } = args;
      if (typeof screen !== 'object' || screen === null) throw bad('`screen` must be an object');
      return dialogs.answer({
        answer: named(args['answer'], 'answer', ANSWER_ID),
        session: idOf(args),
        dialog: named(args['dialog'], 'dialog', DIALOG_ID),
        choice: numberOf(args['choice'], 'choice', 1, CHOICES),
        data: screen,
      });
    },
  },
};
