/** Refusals of who wants something landed now. */
export const LAND_REFUSALS = {
  LAND_NOTHING: {
    says: 'Nothing of {what} is handed in and waits to land.',
    try: 'Hand it in first (`gt done` in its worktree); `gt mq list` shows what waits.',
    exit: 3,
  },
  LAND_NOT_YOURS: {
    says: 'An agent does not decide what lands next.',
    try: 'Hand in with `gt done`: the refinery lands it, or a person from outside of a worktree.',
    exit: 1,
  },
  LAND_UNTESTED: {
    says: 'An agent does not land {what} without its checks.',
    try: 'Say why it should (`gt escalate {what}`): a person decides, with `gt land --direct {what} --skip-tests --reason "…"`.',
    exit: 1,
  },
} as const;
