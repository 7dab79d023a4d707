import { fill, type Places } from './places.ts';
import type { Preset } from './preset.ts';

/**
 * A seance asks an earlier session, by way of its program's conversation. Its fork knows all that the session knew, and changes nothing of it; a program that
 * cannot fork goes on with the conversation itself, which is therefore only done to one that nobody has open.
 */
export type SeanceWay = 'fork' | 'resume';

type Session = Pick<Preset, 'session' | 'headless'>;

/** How a program's earlier conversation can be asked; undefined when it cannot be gone back to. */
export const seanceWay = ({ session }: Session): SeanceWay | undefined =>
  session.fork !== undefined ? 'fork' : session.resume !== undefined ? 'resume' : undefined;

/**
 * The words that ask a conversation one question and print the answer: of a program that is told both by flags, or that has a subcommand for printing alone.
 * Undefined where going back is itself a subcommand: nobody has seen the two together.
 */
export function headlessWords(
  preset: Pick<Preset, 'session' | 'headless' | 'command' | 'args'>,
  way: SeanceWay,
  places: Places,
  question: string,
): [string, ...string[]] | undefined {
  const { headless, session, command, args } = preset;
  const back = session[way];
  const [first = ''] = headless?.words ?? [];
  if (!headless || !back || session.place === 'first') return undefined;
  const flags = [...args, ...back];
  const words = first.startsWith('-') ? [...flags, ...headless.words] : [...headless.words, ...flags];
  return [fill(command, places), ...words.map((word) => fill(word, places)), question];
}

/** The question as it is put: with the line by which it is found in the program's own list. No program reads a flag or a command in it. */
export function seanceQuestion(question: string, { session, from, at }: { session: string; from: string; at: number }): string {
  const line = `[GAS TOWN] ${session} <- ${from} • ${new Date(at).toISOString().slice(0, 16)} • seance`;
  const told =
    'This is a copy of your conversation, made to ask you one thing. Your work is over or goes on elsewhere: change nothing, answer from what you know.';
  return `${line}\n\n${told}\n\n${question}`;
}
