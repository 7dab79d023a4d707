/** What gt says when it will not send or show a mail. The form of each is told in refusals.ts. */
export const MAIL_REFUSALS = {
  MAIL_TOO_LARGE: {
    says: 'A mail has {limit} bytes at most; this one has {bytes}.',
    try: 'Put it into a file that its readers can open, and send the path.',
    exit: 2,
  },
  MAIL_EMPTY: { says: 'The mail says nothing.', try: 'Give it a text or a subject: `gt mail send mayor "done"`.', exit: 2 },
  MAIL_TOO_MANY: {
    says: 'That mail would reach {count} mailboxes; {limit} are the most.',
    try: 'Write to fewer: a rig (`@rig/<name>`), a group or a channel.',
    exit: 2,
  },
  MAIL_LOOP: {
    says: 'This mail goes in circles: {why}. It was not sent.',
    try: 'Stop answering: write what is decided into the item, or ask a person with `gt escalate "…"`. The overseer is asked about it.',
    exit: 1,
  },
  QUEUE_FULL: {
    says: '{queue} holds {count} mails that nobody has taken.',
    try: 'Somebody has to take them: `gt mail claim {queue}`.',
    exit: 4,
  },
  DND_PERSON: {
    says: 'gt puts nothing before a person who does not look: there is nothing to hold back.',
    try: 'For an agent name it: `gt dnd on --agent <agent>`. What waits for you is in `gt needs` and `gt inbox`, whenever you look.',
    exit: 2,
  },
  MAIL_UNKNOWN: { says: 'There is no mail `{id}` in the mailbox of {box}.', try: '{hint}', exit: 3 },
  MAIL_GONE: {
    says: '{box} has gone: {why}.',
    try: 'Write to who has the work now: `gt polecat list` and `gt agents list` show who is there.',
    exit: 4,
  },
  NUDGE_IS_MAIL: {
    says: '{id} brings mail: it cannot be taken back.',
    try: 'Archive what its agent should not be told: `gt mail inbox {work}`, then `gt mail archive <id> --box {work}`.',
    exit: 4,
  },
} as const;
