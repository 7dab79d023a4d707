/** What gt says when it will not do something about what agents are told, or keep for them. A part of `REFUSALS`. */
export const CONTEXT_REFUSALS = {
  PROMPT_INVALID: { says: '{file}: {why}.', try: '{hint}', exit: 2 },
  NOBODY_HERE: {
    says: 'No agent works in {dir}.',
    try: "Go to an agent's directory: mayor/, <rig>/crew/<name>/, <rig>/polecats/<name>/, or name its role.",
    exit: 2,
  },
  MEMORY_UNKNOWN: { says: 'There is no memory `{id}`.', try: '{hint}', exit: 3 },
  MEMORY_FULL: {
    says: '{scope} has {count} memories already, which is the most.',
    try: 'Forget what no longer holds: `gt memories`, then `gt forget <id>`.',
    exit: 1,
  },
} as const;
