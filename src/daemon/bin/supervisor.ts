import { main } from '#daemon/supervise';

await main(process.argv.slice(2));
