import { mkdirSync } from 'node:fs';

/** The words behind `stand-in`: a server of many, or the program itself on this terminal. @returns the exit code of a bad call */
export async function standIn(words: readonly string[], say: (line: string) => void): Promise<number | undefined> {
  try {
    if (words[0] !== '--serve') {
      const { playProgram } = await import('./program.ts');
      await playProgram(words);
      return undefined;
    }
    const dir = words[1];
    if (dir === undefined) throw new Error('Say where: --serve <directory>.');
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    const { JOIN, StandInServer } = await import('./server.ts');
    const server = new StandInServer(dir, say);
    process.on('SIGTERM', () => {
      server.close();
      process.exit(0);
    });
    say(JSON.stringify({ join: ['/bin/sh', JOIN, dir] }));
    return undefined;
  } catch (fault) {
    say(`stand-in: ${fault instanceof Error ? fault.message : fault}`);
    return 2;
  }
}
