import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '#world/log';
import { HOST, type News } from '#world/news';
import { connectHost } from '#world/pty/client';
import { type Host, HostGone } from '#world/pty/host';

/** The worker's line to the PTY host: kept up for as long as the worker lives, and telling what the host tells. */
export type HostLine = { readonly now: () => Host; readonly close: () => void };

/** Connects, and again whenever the line breaks; each time `onBack` is called. @param open reads the host's token anew for each try: a new host may have a new one */
export async function keepHostLine(
  open: () => Parameters<typeof connectHost>[0],
  news: News,
  log: Log,
  onBack: () => void,
): Promise<HostLine> {
  let host: Host | undefined;
  let closed = false;
  const connect = async (): Promise<void> => {
    for (let told = false; !closed; )
      try {
        const made = await connectHost(open());
        if (closed) return made.close(); // meanwhile
        host = made;
        made.onEvent(({ session }) => news.tell(session.id));
        made.onMoved(() => {
          // what it told on the way was not heard
          news.tell(HOST);
          onBack();
        });
        made.onGone(() => {
          host = undefined;
          if (!closed) void connect();
        });
        news.tell(HOST);
        onBack();
        return;
      } catch (fault) {
        if (!told) log.fault('the PTY host does not answer', fault); // once an outage
        told = true;
        await pause(100);
      }
  };
  await connect();
  return {
    now: () => {
      if (!host) throw new HostGone('the PTY host is away');
      return host;
    },
    close: () => {
      closed = true;
      host?.close();
    },
  };
}
