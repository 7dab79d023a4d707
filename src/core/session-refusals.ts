/** What gt says when it will not show, or not take keys to, an agent's terminal: part of `REFUSALS`. */
export const SESSION_REFUSALS = {
  HOST_UNSAFE: {
    says: '{why}',
    try: 'Close it to others (chmod 600 a socket or token, 700 its directory), or remove it, then `gt up`.',
    exit: 1,
  },
  NOT_A_TERMINAL: {
    says: '`gt {verb}` needs a terminal: standard input and output must be one.',
    try: 'Look without one: `gt peek {agent}`.',
    exit: 2,
  },
  ATTACH_NESTED: {
    says: "This is an agent's own terminal: GT_SESSION is set.",
    try: 'Call it from a terminal of your own; `gt peek {agent}` works here.',
    exit: 1,
  },
  ATTACH_WHICH: { says: '{count} agents have a terminal: say which one.', try: 'Name it: {names}.', exit: 2 },
  NOBODY_WORKS: { says: 'No agent has a terminal now.', try: 'Put work on a hook: `gt sling <id>`.', exit: 3 },
  SESSION_OVER: {
    says: '{agent} has no terminal now: {how}.',
    try: 'Its last output: `gt peek {agent}`; why it stands still: `gt why {agent}`.',
    exit: 3,
  },
  AGENT_THERE: {
    says: '{agent} is there already.',
    try: 'Speak to it: `gt nudge {agent} "…"`, or `gt attach {agent}`.',
    exit: 4,
  },
  AGENT_EXISTS: { says: 'There is a {agent} already.', try: 'Talk to it: `{attach}`; or take another name.', exit: 4 },
  CREW_DIRTY: {
    says: '{dir} holds work that is nowhere else: {what}.',
    try: 'Commit and push it; with --force it is kept below refs/gt/crew of the rig, and the clone goes.',
    exit: 4,
  },
  AGENT_OTHER: {
    says: '{agent} is there already, with {using}.',
    try: 'Let another program follow: `{restart}`.',
    exit: 4,
  },
  AGENT_AWAY: {
    says: '{agent} has no session now.',
    try: 'Start it: `{start}`.',
    exit: 3,
  },
  AGENT_MUTE: {
    says: '{agent} would have `{program}`, which takes no words: it is for work items alone.',
    try: 'Name a program that one talks to: `{start} --agent claude`; or `role_agents` in the settings does.',
    exit: 2,
  },
  AGENT_NOT_MADE: {
    says: 'There is no {agent}.',
    try: '{hint}',
    exit: 3,
  },
  AGENT_AT_WORK: {
    says: '{agent} is wanted, or has a session still.',
    try: 'Stop it first: `{stop}`.',
    exit: 4,
  },
  AGENT_NOT_COMING: {
    says: '{agent} has no terminal yet: {why}.',
    try: 'It is wanted, and comes when that is over: see `gt agents list`.',
    exit: 6,
  },
  HOST_LACKS: {
    says: '{why}',
    try: 'The agents live on. If `gt up` does not renew the host, it is too old to hand them over: `gt down` and `gt up` do.',
    exit: 5,
  },
  SESSION_UNKNOWN: { says: 'No session `{id}` is known.', try: '{hint}', exit: 3 },
  NO_WORKTREE: {
    says: '{agent} has no directory now: {dir} is not there.',
    try: 'It is made when the agent starts: see `gt why {agent}`.',
    exit: 3,
  },
  SEANCE_CANNOT: { says: '{session} cannot be asked: {why}.', try: '{hint}', exit: 4 },
  SEANCE_FAILED: {
    says: '{agent} gave no answer for {session} ({how}): {said}',
    try: 'Talk to it: `gt seance --talk {session}`; whether the program works: `gt config agent check {agent}`.',
    exit: 1,
  },
  NO_RECORDING: {
    says: '{session} has no recording: {why}',
    try: 'Recordings are kept for a week. Whether there are any: `gt config get recording.enabled`.',
    exit: 3,
  },
  ATTACH_LOST: {
    says: 'The connection to {agent} was lost, and not found again: {why}',
    try: 'See `gt status`, and `gt peek {agent}` for its last output.',
    exit: 5,
  },
} as const;
