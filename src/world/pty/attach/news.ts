/** A client's watch of what happens on its host. */
import type { NumberedNews } from '#world/pty/host';
import { decodeJson } from '#world/pty/protocol';
import type { Wire } from '#world/pty/wire';

type Told = { readonly news?: readonly NumberedNews[]; readonly resync?: 'list'; readonly n?: number };

/** Asks for events; a lost connection ends it without a word, for `onGone` tells of that. Returns what ends it. */
export function openEvents(
  wire: Wire,
  from: number,
  listener: { onNews: (event: NumberedNews) => void; onGap: (n: number) => void },
): () => void {
  const { channel, answer } = wire.open('events', { from }, (frame) => {
    const { news = [], resync, n = 0 } = decodeJson(frame) as Told;
    if (resync) listener.onGap(n);
    for (const event of news) listener.onNews(event);
  });
  answer.catch(() => undefined);
  return () => wire.drop(channel);
}
