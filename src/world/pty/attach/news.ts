/** A client's watch of what happens on its host. */
import type { NumberedNews } from '#world/pty/host';
import { decodeJson } from '#world/pty/protocol';
import type { Wire } from '#world/pty/wire';

type Told = { readonly news?: readonly NumberedNews[]; readonly resync?: 'list'; readonly n?: number };

/**
 * Asks for events, and again of a successor, which goes on with the same numbers; a lost connection ends it without a word, for `onGone` tells of that. Returns
 * what ends it.
 */
export function openEvents(
  wire: Wire,
  from: number,
  listener: { onNews: (event: NumberedNews) => void; onGap: (n: number) => void },
): () => void {
  let told = from;
  let channel = 0;
  const ask = () => {
    wire.drop(channel);
    const opened = wire.open<{ n: number }>('events', { from: told }, (frame) => {
      const { news = [], resync, n = 0 } = decodeJson(frame) as Told;
      told = news.at(-1)?.n ?? n;
      if (resync) listener.onGap(n);
      for (const event of news) listener.onNews(event);
    });
    channel = opened.channel;
    const begin = ({ n }: { n: number }) => {
      if (told === -1) told = n;
    };
    opened.answer.then(begin, () => undefined);
  };
  ask();
  wire.movedListeners.add(ask);
  return () => {
    wire.movedListeners.delete(ask);
    wire.drop(channel);
  };
}
