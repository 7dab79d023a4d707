/** What a client may ask about dialogs. */
import { bad, idOf, numberOf, textOf } from '#world/pty/request-args';
import type { Request } from '#world/pty/requests';

const ANSWER_ID = /^[A-Za-z0-9][A-Za-z0-9._@:-]{0,99}$/;
const DIALOG_ID = /^[a-z0-9]{1,40}$/;
const CHOICES = 99;
const WORDS_LIMIT = 60;

function named(value: unknown, name: string, form: RegExp): string {
  const text = textOf(value, name);
  if (!form.test(text)) throw bad(`\`${name}\` is no id: ${text.slice(0, 120)}`);
  return text;
}

/** What is typed: one line that a row holds. */
function wordsOf(value: unknown): string {
  const text = textOf(value, 'text');
  if (text.trim() === '' || text.length > WORDS_LIMIT || /[\x00-\x1f\x7f-\x9f]/.test(text))
    throw bad(`\`text\` must be one line of at most ${WORDS_LIMIT} characters`);
  return text;
}

/** Requests of the feature `dialog`. */
export const DIALOG_REQUESTS: Readonly<Record<string, Request>> = {
  'dialog-read': { right: 'read', run: (args, { dialogs }) => dialogs.read(idOf(args), args['screen'] ?? {}) },
  'dialog-answer': {
    right: 'change',
    run: (args, { dialogs }) => {
      const { screen, text } = args;
      if (typeof screen !== 'object' || screen === null) throw bad('`screen` must be an object');
      return dialogs.answer({
        answer: named(args['answer'], 'answer', ANSWER_ID),
        session: idOf(args),
        dialog: named(args['dialog'], 'dialog', DIALOG_ID),
        choice: numberOf(args['choice'], 'choice', text === undefined ? 1 : 0, CHOICES),
        ...(text !== undefined && { text: wordsOf(text) }),
        data: screen,
      });
    },
  },
};
