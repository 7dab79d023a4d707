/** What gt says about questions that agents ask of people. The form of each is told in refusals.ts. */
export const QUESTION_REFUSALS = {
  QUESTION_UNKNOWN: { says: 'Nothing of that name waits for you: `{id}`.', try: '{hint}', exit: 3 },
  QUESTION_IS_NONE: { says: '{id} ({what}) takes no answer.', try: '{hint}', exit: 2 },
  QUESTION_WHICH: { says: '{count} questions are open about {id}.', try: 'Name one of them: {ids}.', exit: 2 },
  ANSWERED: {
    says: '{id} was answered by {by} {at}: {text}',
    try: 'Say more by `gt nudge`, or wait for its next question.',
    exit: 4,
  },
  ANSWER_NOT_A_CHOICE: { says: '{id} cannot be answered with `{said}`.', try: 'Its choices: {choices}.', exit: 2 },
  ANSWER_OWN: {
    says: '{id} is your own question.',
    try: 'Wait for its answer, or decide yourself. A person answers from outside of the worktree.',
    exit: 1,
  },
  ANSWER_PERSONS: {
    says: '{id} is a dialog of another agent: only a person answers it.',
    try: 'Leave it to them: `gt needs` shows it. They answer from outside of a worktree.',
    exit: 1,
  },
  QUESTION_EXPIRED: {
    says: '{id} has expired {at}: its asker was told to go on without an answer.',
    try: 'Tell it all the same: `gt nudge {line} "…"`.',
    exit: 4,
  },
  QUESTION_CLOSED: { says: '{id} was closed {at} by {by}: {reason}.', try: '`gt needs` shows what still waits.', exit: 4 },
  QUESTION_UNANSWERED: {
    says: 'Nobody has answered {id} in time.',
    try: 'Decide yourself and say in your work what you assumed, or hand off.',
    exit: 6,
  },
  DIALOG_STAYS: {
    says: 'The answer to {id} was not taken: {why}.',
    try: 'See it with `gt peek {agent}`, answer it with `gt attach {agent}`.',
    exit: 1,
  },
} as const;
