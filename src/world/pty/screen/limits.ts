/** How much of a session's output waits for its screen, and how long a screen stays. */

/** Bytes that a sleeper leaves unparsed; when there are more it wakes. */
export const TAIL_LIMIT = 64 << 10;
/** Silence, also of those who look, after which a screen goes to sleep, ms. */
export const IDLE_MS = 30_000;
/** Bytes parsed between two looks at the watch. */
export const PIECE = 4096;
/** Unparsed bytes at which the program has to wait, and at which it may go on. */
export const FULL = 128 << 10;
export const EASED = 32 << 10;
