/** Environment that makes git write `name` and a fixed moment (ms since 1970, UTC) into a commit, so that the same input makes the same object. */
export function identity(name: string, at: number): Record<string, string> {
  // The @ makes git take small numbers for seconds too.
  const date = `@${Math.floor(at / 1000)} +0000`;
  // `.invalid` can never be somebody's address (RFC 2606).
  const email = `${name.replace(/\W+/g, '-')}@gt.invalid`;
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_COMMITTER_DATE: date,
  };
}
