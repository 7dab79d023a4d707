/** What the PTY host and its clients speak. It counts up only when an older host would misunderstand: an upgrade hands terminals over by it. */
export const HOST_PROTOCOL = 1;
