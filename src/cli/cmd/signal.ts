import type { Group } from '#cli/command';
import { compact, ended, failed, permission } from './signal-note.ts';
import { stop } from './signal-stop.ts';

/** What agent programs tell by their hooks. */
export const signal: Group = {
  verbs: {
    stop: { help: 'A turn is over (for hooks)', hot: true, load: () => stop },
    failed: { help: 'A turn failed (for hooks)', hot: true, load: () => failed },
    end: { help: 'A conversation ends (for hooks)', hot: true, load: () => ended },
    permission: { help: 'A person is asked for a permission (for hooks)', hot: true, load: () => permission },
    compact: { help: 'A conversation is made shorter (for hooks)', hot: true, load: () => compact },
  },
};
