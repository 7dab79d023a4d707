import { readSync } from 'node:fs';

/** Bytes read at a time, and how often at most. */
const READ_BYTES = 16 << 10;
const READS = 8;

/** Reads from a descriptor that does not wait what the kernel holds of it, 128 kB at most. Its end, and a fault, are left to the next who reads. */
export function readHeld(fd: number, hear: (bytes: Buffer) => void): void {
  const bytes = Buffer.allocUnsafe(READ_BYTES);
  for (let reads = 0; reads < READS; reads++) {
    let count: number;
    try {
      count = readSync(fd, bytes);
    } catch {
      return; // there is no more
    }
    if (count === 0) return;
    hear(Buffer.from(bytes.subarray(0, count)));
  }
}
