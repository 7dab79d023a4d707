/** Who calls: the environment of the process, or what was laid out for a person in the worktree that it is in. Apart from the rest, since every call reads it. */
export { selfHere } from '#world/agents/by-hand';
