import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Writes a file so that it is whole or absent, whoever dies: to the disk first, then in place by rename, then the folder to the disk. */
export async function writeDurably(file: string, text: string): Promise<void> {
  const making = `${file}.making`;
  const handle = await open(making, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(making, file);
  const folder = await open(dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
