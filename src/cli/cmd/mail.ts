import type { Group } from '#cli/command';

/** Mail between agents and people. Hooks call `check --inject` at every prompt: nothing is loaded here but what is called. */
export const mail: Group = {
  verbs: {
    send: { help: 'Sends a mail', load: async () => (await import('./mail-send.ts')).mailSend },
    inbox: { help: 'What lies in a mailbox', load: async () => (await import('./mail-inbox.ts')).mailInbox },
    read: { help: 'Shows a mail', load: async () => (await import('./mail-read.ts')).mailRead },
    reply: { help: 'Answers a mail', load: async () => (await import('./mail-reply.ts')).mailReply },
    thread: { help: 'A mail with all that belongs to it', load: async () => (await import('./mail-thread.ts')).mailThread },
    archive: { help: 'Puts mails aside', load: async () => (await import('./mail-archive.ts')).mailArchive },
    search: { help: 'Finds mails', load: async () => (await import('./mail-search.ts')).mailSearch },
    export: { help: 'Writes a mailbox as JSON lines', load: async () => (await import('./mail-export.ts')).mailExport },
    broadcast: { help: 'Sends a mail to every agent', load: async () => (await import('./mail-broadcast.ts')).mailBroadcast },
    channels: { help: 'The channels', load: async () => (await import('./mail-channels.ts')).mailChannels },
    subscribe: { help: 'Puts you on a channel', load: async () => (await import('./mail-subscribe.ts')).mailSubscribe },
    unsubscribe: { help: 'Takes you off a channel', load: async () => (await import('./mail-subscribe.ts')).mailUnsubscribe },
    claim: { help: 'Takes the oldest mail of a queue', load: async () => (await import('./mail-claim.ts')).mailClaim },
    check: { help: 'What waits for this session', load: async () => (await import('./mail-check.ts')).mailCheck },
  },
};
