/** How large recordings get, and how long they wait. */

/** Sizes in bytes, times in ms. */
export type RecorderLimits = {
  readonly batchMs: number;
  readonly batchBytes: number;
  readonly partBytes: number;
  readonly totalBytes: number;
  /** Output that waits for a picture of the screen. */
  readonly waitBytes: number;
  /** Between two tries after a fault of the disk. */
  readonly retryMs: number;
  /** How long a recorder waits for the disk before another goes on. */
  readonly restMs: number;
};

/** What holds unless a session asks for something else. */
export const LIMITS: RecorderLimits = {
  batchMs: 250,
  batchBytes: 64 << 10,
  partBytes: 16 << 20,
  totalBytes: 128 << 20,
  waitBytes: 1 << 20,
  retryMs: 5_000,
  restMs: 2_000,
};

/** A recording has room for this many parts, so that its oldest can go. */
const LEAST_PARTS = 4;

/** The limits of a recording of at most `bytes`. */
export function limitsOf(bytes: number): Partial<RecorderLimits> {
  return { totalBytes: bytes, partBytes: Math.min(LIMITS.partBytes, Math.floor(bytes / LEAST_PARTS)) };
}
